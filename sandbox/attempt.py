"""One run of one program by one zygote, seen from the parent: serve requests, watch the clock, kill, judge."""

import io
import json
import os
import select
import signal
import socket
import time
from contextlib import ExitStack, suppress

from sandbox import frames
from sandbox.clock import Phases, pid_of
from sandbox.contract import EmbedCallback, EmbedRequest, Execution, Take
from sandbox.conversation import Conversation, Ending
from sandbox.death import ExitReport, ending_of_death
from sandbox.inputs import TaskInputs
from sandbox.job import MAX_BYTES, STARTED, Job
from sandbox.limits import Limits
from sandbox.link import Link
from sandbox.serving import answer
from sandbox.stdout import StdoutCapture
from sandbox.verdicts import Verdict
from sandbox.windows import Windows
from sandbox.zygote_handle import ZygoteHandle, ZygoteLost

START_S = 30.0
"""How long a child may take until it starts the program."""
REAP_S = 10.0
"""How long a killed child may take to be reported dead."""
HANG_UP_S = 1.0
"""How long a child may live after its end of the conversation closed: a dying one is reported dead before."""


class Attempt:
    """Holds every descriptor of one run: a context manager whose `run` is called once."""

    def __init__(
        self,
        zygote: ZygoteHandle,
        inputs: TaskInputs,
        embed: EmbedCallback,
        limits: Limits,
        layers: tuple[str, ...],
        take: Take | None = None,
    ) -> None:
        self._zygote = zygote
        self._layers = layers
        self._embed = embed
        self._limits = limits
        self._layout = inputs.layout
        self._conversation = Conversation(limits, self._layout.n_windows)
        self._phases = Phases()
        self._ending: Ending | None = None
        self._death: ExitReport | None = None
        self._pidfd = -1
        self._encoder_s = 0.0
        self._filling_s = 0.0
        self._begun_at = time.monotonic()
        self._started_at: float | None = None
        self._hung_up_at: float | None = None
        self._killed_at: float | None = None
        with ExitStack() as stack:
            ours, self._theirs = socket.socketpair()
            stack.callback(ours.close)
            stack.callback(self._theirs.close)
            read_end, write_end = os.pipe()
            stack.callback(os.close, read_end)
            self._write_end = stack.enter_context(io.FileIO(write_end, "wb"))
            self._windows = Windows(inputs, take)
            stack.callback(self._windows.close)
            self._link = Link(ours)
            self._stdout = StdoutCapture(read_end, limits.stdout_bytes)
            self._descriptors = [self._theirs.fileno(), inputs.descriptor, self._windows.descriptor, write_end]
            self._resources = stack.pop_all()

    def __enter__(self) -> "Attempt":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._pidfd >= 0:
            self._kill()
            os.close(self._pidfd)
        self._resources.close()

    @property
    def served(self) -> bool:
        """True once anything was passed to a callback: a repetition would ask for it, or bring it, twice."""
        return self._encoder_s > 0 or self._windows.taken

    def run(self, source: str) -> Execution:
        """Run a program to its end. Raises ZygoteLost when the zygote dies or hangs on the way."""
        self._submit(source)
        while self._death is None:
            self._step()
        self._drain()
        ended_at = time.monotonic()
        ending = self._ending or ending_of_death(
            self._death, self._conversation.started, self._limits, self._stdout.text()
        )
        # The last scores are read when nobody can write them any more.
        ok = ending.verdict is Verdict.OK
        verdict, reason = self._windows.accept(ending) if ok else (ending.verdict, ending.reason)
        return Execution(
            verdict=verdict,
            reason=reason,
            scores=self._windows.collected() if verdict is Verdict.OK else None,
            stdout=self._stdout.text(),
            wall_s=ended_at - (self._started_at or ended_at),
            cpu_s=self._death.cpu_s,
            encoder_s=self._encoder_s,
            peak_rss_bytes=self._death.peak_rss_bytes,
            embed_calls=self._conversation.embed_calls,
            embed_texts=self._conversation.embed_texts,
            index=self._phases.index,
            index_bytes=self._conversation.index_bytes or 0,
            calls=tuple(self._phases.calls),
        )

    def _submit(self, source: str) -> None:
        limits = self._limits
        job = Job(
            layout=self._layout,
            layers=self._layers,
            cpu_s=limits.cpu_s,
            memory_bytes=limits.memory_bytes,
            frame_bytes=limits.frame_bytes,
            frame_texts=limits.frame_texts,
            text_chars=limits.text_chars,
        )
        try:
            self._zygote.submit(job, self._descriptors)
        finally:
            # The child's copies must be the only ones, so that its death ends both streams.
            self._theirs.close()
            self._write_end.close()
        # A source that is no valid Unicode is refused by the compiler in the child, as every other error in it.
        payload = source.encode(errors="surrogatepass")
        self._link.send([frames.header(frames.SOURCE, len(payload)), payload])

    def _step(self) -> None:
        """Wait for the next event and handle it."""
        remaining = self._deadline() - time.monotonic()
        if remaining <= 0:
            self._overdue()
            return
        ready = self._poll(remaining)
        if self._stdout.is_open and self._stdout.descriptor in ready and not self._stdout.read():
            reason = f"The program printed more than {self._limits.stdout_bytes} bytes."
            self._end(Ending(Verdict.OUTPUT_LIMIT, reason))
        # The zygote first: it says which process is to be timed.
        if self._zygote.control.fileno() in ready:
            self._hear_zygote()
        if self._link.fileno() in ready:
            self._converse()

    def _poll(self, seconds: float) -> set[int]:
        poller = select.poll()
        poller.register(self._zygote.control, select.POLLIN)
        if self._stdout.is_open and self._killed_at is None:
            poller.register(self._stdout.descriptor, select.POLLIN)
        if self._link.is_open and self._killed_at is None:
            poller.register(self._link, select.POLLOUT if self._link.has_unsent else select.POLLIN)
        return {descriptor for descriptor, _ in poller.poll(1000 * seconds + 1)}

    def _converse(self) -> None:
        if self._link.has_unsent:
            self._link.flush()
        else:
            self._conversation.feed(self._link.receive())
        if self._conversation.started and self._started_at is None:
            self._started_at = time.monotonic()
        if self._conversation.ending is not None:
            if self._conversation.ending.verdict is Verdict.OK:
                self._phases.called(self._encoder_s, self._conversation.embed_texts)
            self._end(self._conversation.ending)
        # While a reply is unread no further request is served: what a program piles up is bounded by the socket.
        while self._conversation.requests and self._killed_at is None and not self._link.has_unsent:
            self._serve(self._conversation.requests.popleft())
        self._advance()
        if not self._link.is_open:
            self._hung_up_at = time.monotonic()

    def _advance(self) -> None:
        """Where the program waits for a window: take what it has done, and let it go on."""
        talk, spent = self._conversation, (self._encoder_s, self._conversation.embed_texts)
        # Without its pidfd it could not be timed; with requests open it is not where it says it is.
        if self._pidfd < 0 or self._killed_at is not None or talk.requests or self._link.has_unsent:
            return
        if talk.results:
            self._phases.called(*spent)
            verdict, reason = self._windows.accept(talk.results.popleft())
            if verdict is not Verdict.OK:
                self._end(Ending(verdict, reason))
                return
        elif talk.indexed and not self._phases.calling:
            self._phases.indexed(*spent, has_index=talk.index_bytes is not None)
        else:
            return
        began = time.monotonic()
        self._windows.fill()
        self._filling_s += time.monotonic() - began
        self._link.send([frames.header(frames.WINDOW, 0)])
        self._phases.begin(*spent)

    def _serve(self, request: EmbedRequest) -> None:
        began = time.monotonic()
        try:
            reply = answer(request, self._embed)
        finally:
            self._encoder_s += time.monotonic() - began
        if isinstance(reply, Ending):
            self._end(reply)
        else:
            self._link.send(reply)

    def _hear_zygote(self) -> None:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._zygote.control, MAX_BYTES, 1, socket.MSG_CMSG_CLOEXEC)
        except OSError:
            message, descriptors = b"", []
        if not message:
            raise ZygoteLost("The process that runs programs died during a run.")
        if message == STARTED and not descriptors:
            raise ZygoteLost("No descriptor was left for a child; raise the limit of open files (ulimit -n).")
        if descriptors:
            self._pidfd = descriptors[0]
            self._phases.watch(pid_of(self._pidfd))
            if self._killed_at is not None:
                self._kill()
            self._advance()
        else:
            self._death = ExitReport(**json.loads(message))

    def _deadline(self) -> float:
        if self._killed_at is not None:
            return self._killed_at + REAP_S
        if self._hung_up_at is not None:
            return self._hung_up_at + HANG_UP_S
        if self._started_at is None:
            return self._begun_at + START_S
        return self._started_at + min(self._limits.wall_s + self._encoder_s + self._filling_s, self._limits.absolute_s)

    def _overdue(self) -> None:
        if self._killed_at is not None:
            raise ZygoteLost("A killed program was not reported dead.")
        if self._hung_up_at is not None:
            self._end(Ending(Verdict.PROTOCOL_ERROR, "The program closed the harness's channel."))
            return
        if self._started_at is None:
            raise ZygoteLost("A child did not start in time.")
        over_absolute = time.monotonic() - self._started_at >= self._limits.absolute_s
        detail = (
            f"{self._limits.absolute_s:g} s, encoder time included"
            if over_absolute
            else f"{self._limits.wall_s:g} s, encoder time not counted"
        )
        self._end(Ending(Verdict.TIMEOUT, f"The program ran longer than {detail}."))

    def _end(self, ending: Ending) -> None:
        if self._ending is None:
            self._ending = ending
        self._kill()

    def _kill(self) -> None:
        """Kill the child, at once or as soon as its pidfd arrives. A dead child is not affected."""
        if self._killed_at is None:
            self._killed_at = time.monotonic()
        if self._pidfd >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def _drain(self) -> None:
        """Read what the child wrote before it died: death may be reported before its last words were read."""
        self._stdout.read()
        left = self._limits.frame_bytes + frames.HEADER.size
        while self._ending is None and self._link.is_open and left > 0:
            data = self._link.receive()
            if not data:
                return
            left -= len(data)
            self._conversation.feed(data)
            self._ending = self._conversation.ending
