"""One run in a process of its own, with nothing but what every operating system has."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from sandbox import frames
from sandbox.clock import Phases
from sandbox.contract import EmbedCallback, Execution, Take
from sandbox.conversation import Conversation, Ending
from sandbox.inputs import TaskInputs
from sandbox.limits import Limits
from sandbox.messages import clean
from sandbox.portable.child import PortableJob
from sandbox.serving import answer
from sandbox.verdicts import Verdict
from sandbox.windows import Windows
from sandbox.zygote_handle import ZygoteConfig

LOOK_S = 0.02
"""How often the watch looks at the clock and at the output."""
RECEIVE_BYTES = 256 * 1024
KILLED = -9
"""Exit status of a process that SIGKILL ended, which Windows does not name."""


class PortableAttempt:
    """One process; `run` is called once. `abandon` and `kill` may be called from any thread."""

    def __init__(
        self,
        config: ZygoteConfig,
        inputs: TaskInputs,
        embed: EmbedCallback,
        limits: Limits,
        take: Take | None = None,
    ) -> None:
        self._config = config
        self._inputs = inputs
        self._embed = embed
        self._limits = limits
        self._take = take
        self._conversation = Conversation(limits, inputs.layout.n_windows)
        self._phases = Phases()
        self._ending: Ending | None = None
        self._encoder_s = 0.0
        self._encoding_since: float | None = None
        self._started_at = time.monotonic()
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, source: str) -> Execution:
        self._windows = Windows(self._inputs, self._take)
        output, output_path = tempfile.mkstemp(prefix="stdout-")
        os.close(output)
        self._output = Path(output_path)
        try:
            code = self._run_process(source, self._windows.path)
            ended_at = time.monotonic()
            ending = self._ending or self._ending_of_death(code)
            ok = ending.verdict is Verdict.OK
            verdict, reason = self._windows.accept(ending) if ok else (ending.verdict, ending.reason)
            printed = self._output.read_bytes()[: self._limits.stdout_bytes]
        finally:
            self._windows.close()
            self._output.unlink()
        return Execution(
            verdict=verdict,
            reason=reason,
            scores=self._windows.collected() if verdict is Verdict.OK else None,
            stdout=clean(printed.decode(errors="replace")),
            wall_s=ended_at - self._started_at,
            encoder_s=self._encoder_s,
            embed_calls=self._conversation.embed_calls,
            embed_texts=self._conversation.embed_texts,
            index=self._phases.index,
            index_bytes=self._conversation.index_bytes or 0,
            calls=tuple(self._phases.calls),
        )

    def abandon(self) -> None:
        """End the run, begun or not, as a failure of the harness: the program is not to blame."""
        self._end(Ending(Verdict.HARNESS_ERROR, "The sandbox was closed during the run."))
        self.kill()

    def kill(self) -> None:
        """Kill the process, if there is one, and, where sessions exist, whatever it started."""
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def _run_process(self, source: str, window_path: str) -> int:
        """Run the program in a process and return how that ended; it and its session are gone afterwards."""
        process = self._process = self._start(window_path)
        watch = threading.Thread(target=self._watch)
        watch.start()
        try:
            self._converse(process, source)
        finally:
            self._over.set()
            watch.join()
            self.kill()
            process.communicate()
        return process.returncode

    def _start(self, window_path: str) -> "subprocess.Popen[bytes]":
        limits = self._limits
        job = PortableJob(
            layout=self._inputs.layout,
            inputs_path=self._inputs.path,
            window_path=window_path,
            stdout_path=str(self._output),
            cpu_s=limits.cpu_s,
            memory_bytes=limits.memory_bytes,
            frame_bytes=limits.frame_bytes,
            frame_texts=limits.frame_texts,
            text_chars=limits.text_chars,
        )
        path = self._config.search_path()
        start = f"import sys; sys.path[:0] = {path!r}; from sandbox.portable.child import main; main()"
        # Windows starts no process without this variable.
        system = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
        return subprocess.Popen(
            [sys.executable, "-P", "-s", "-S", "-B", "-c", start, json.dumps(asdict(job))],
            env=self._config.environment() | system,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _converse(self, process: "subprocess.Popen[bytes]", source: str) -> None:
        """Read and answer until there is an ending or the process is gone; the watch may end it at any time."""
        reading, writing = process.stdout, process.stdin
        assert reading is not None
        assert writing is not None
        payload = source.encode(errors="surrogatepass")
        with suppress(OSError, ValueError):
            writing.write(frames.header(frames.SOURCE, len(payload)) + payload)
            writing.flush()
            while self._ending is None and (data := os.read(reading.fileno(), RECEIVE_BYTES)):
                before = self._conversation.started
                self._conversation.feed(data)
                if self._conversation.started and not before:
                    self._started_at = time.monotonic()
                    self._phases.watch(process.pid)
                if self._conversation.ending is not None and self._conversation.ending.verdict is Verdict.OK:
                    self._phases.called(self._encoder_s, self._conversation.embed_texts)
                self._end(self._conversation.ending)
                while self._conversation.requests and self._ending is None:
                    for part in self._serve():
                        writing.write(part)
                    writing.flush()
                if self._ending is None and self._advance():
                    writing.write(frames.header(frames.WINDOW, 0))
                    writing.flush()
                    self._phases.begin(self._encoder_s, self._conversation.embed_texts)

    def _advance(self) -> bool:
        """Where the program waits for a window: take what it has done, and fill the window; whether it may go on."""
        talk, spent = self._conversation, (self._encoder_s, self._conversation.embed_texts)
        if talk.results:
            self._phases.called(*spent)
            verdict, reason = self._windows.accept(talk.results.popleft())
            if verdict is not Verdict.OK:
                self._end(Ending(verdict, reason))
                return False
        elif talk.indexed and not self._phases.calling:
            self._phases.indexed(*spent, has_index=talk.index_bytes is not None)
        else:
            return False
        self._windows.fill()
        return True

    def _serve(self) -> list[bytes | memoryview]:
        self._encoding_since = time.monotonic()
        try:
            reply = answer(self._conversation.requests.popleft(), self._embed)
        finally:
            self._encoder_s += time.monotonic() - self._encoding_since
            self._encoding_since = None
        if isinstance(reply, Ending):
            self._end(reply)
            return []
        return reply

    def _watch(self) -> None:
        """Kill the process when it is over its time or has printed too much."""
        limits = self._limits
        while not self._over.wait(LOOK_S):
            elapsed = time.monotonic() - self._started_at
            encoding = self._encoding_since is not None
            if elapsed > limits.absolute_s or (not encoding and elapsed - self._encoder_s > limits.wall_s):
                self._end(Ending(Verdict.TIMEOUT, f"The program ran longer than {limits.wall_s:g} s."))
            elif self._output.stat().st_size > limits.stdout_bytes:
                reason = f"The program printed more than {limits.stdout_bytes} bytes."
                self._end(Ending(Verdict.OUTPUT_LIMIT, reason))
            if self._ending is not None:
                self.kill()
                return

    def _end(self, ending: Ending | None) -> None:
        if self._ending is None:
            self._ending = ending

    def _ending_of_death(self, code: int) -> Ending:
        if not self._conversation.started:
            return Ending(Verdict.HARNESS_ERROR, f"The child died before the program started (exit code {code}).")
        if code == KILLED:
            return Ending(Verdict.PROTOCOL_ERROR, "The program closed the harness's channel.")
        if code < 0:
            return Ending(Verdict.CRASHED, f"The program's process was ended by signal {-code}.")
        return Ending(
            Verdict.EXITED, f"The program ended its own process (exit code {code}) before it returned scores."
        )
