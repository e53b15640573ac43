"""Runs programs: a pool of zygotes, one for each worker thread."""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from sandbox.attempt import Attempt
from sandbox.contract import EmbedCallback, Execution, Take
from sandbox.errors import SandboxError
from sandbox.inputs import TaskInputs
from sandbox.limits import Limits
from sandbox.verdicts import Verdict
from sandbox.zygote_handle import ZygoteConfig, ZygoteHandle, ZygoteLost


class Launcher:
    """Up to `workers` runs at once; a zygote is started when first needed and again when it died."""

    def __init__(self, config: ZygoteConfig, workers: int, admit: Callable[[ZygoteHandle], object]) -> None:
        """`admit` is called with every zygote before it runs a program, and raises SandboxError to refuse it."""
        self._config = config
        self._admit = admit
        # Last in, first out: a single caller always meets the same warm zygote.
        self._idle: queue.LifoQueue[ZygoteHandle | None] = queue.LifoQueue()
        self._lock = threading.Lock()
        """Holds still what `close` must see at once: which zygotes are busy, which idle, and whether it was called."""
        self._busy: set[ZygoteHandle] = set()
        self._closed = False
        for _ in range(workers):
            self._idle.put(None)

    def run(
        self, source: str, inputs: TaskInputs, embed: EmbedCallback, limits: Limits, take: Take | None = None
    ) -> Execution:
        """Run a program on a task. A fault of the harness is tried again once, if nothing was embedded or taken yet.

        Raises SandboxError when no zygote can be started or the sandbox is closed.
        """
        execution, repeatable = self._attempt(source, inputs, embed, limits, take)
        if execution.verdict is Verdict.HARNESS_ERROR and repeatable:
            execution, _ = self._attempt(source, inputs, embed, limits, take)
        return execution

    def _attempt(
        self, source: str, inputs: TaskInputs, embed: EmbedCallback, limits: Limits, take: Take | None
    ) -> tuple[Execution, bool]:
        zygote = self._idle.get()
        healthy = False
        try:
            self._refuse_if_closed()
            if zygote is None:
                zygote = ZygoteHandle(self._config)
                self._admit(zygote)
            with self._lock:
                self._refuse_if_closed()
                self._busy.add(zygote)
            try:
                attempt = Attempt(zygote, inputs, embed, limits, zygote.layers, take)
            except OSError as error:
                healthy = True
                return Execution(Verdict.HARNESS_ERROR, f"A run could not be set up ({error})."), True
            with attempt:
                try:
                    execution = attempt.run(source)
                    healthy = True
                except ZygoteLost as loss:
                    execution = Execution(Verdict.HARNESS_ERROR, str(loss))
            return execution, not attempt.served
        finally:
            # Whatever interrupted a run (Ctrl-C too) may have left a child behind: its zygote takes it along.
            self._give_back(zygote, healthy)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise SandboxError("The sandbox is closed; open a new one to run programs.")

    def _give_back(self, zygote: ZygoteHandle | None, healthy: bool) -> None:
        """Make a turn free again, with its zygote if that can serve on; else end it, as also after `close`."""
        with self._lock:
            if zygote is not None:
                self._busy.discard(zygote)
            kept = zygote if healthy and not self._closed else None
            if kept is not None:
                self._idle.put(kept)
        if kept is None:
            try:
                if zygote is not None:
                    zygote.close()
            finally:
                self._idle.put(None)

    def warm_up(self) -> None:
        """Start one zygote now. Raises SandboxError when it cannot be started or is not admitted."""
        zygote = ZygoteHandle(self._config)
        try:
            self._admit(zygote)
        except BaseException:
            zygote.close()
            raise
        self._idle.get()
        self._idle.put(zygote)

    def close(self) -> None:
        """End every zygote. A run in progress is killed and gives HARNESS_ERROR, or raises SandboxError.

        Its thread is not waited for, since it may be within the embed callback; it tidies up when it comes back.
        """
        with self._lock:
            self._closed = True
            for zygote in self._busy:
                zygote.kill()
            idle = self._take_idle()
        for zygote in idle:
            zygote.close()
        # Whoever waits for a turn wakes up, finds the sandbox closed, and wakes the next.
        self._idle.put(None)

    def _take_idle(self) -> list[ZygoteHandle]:
        taken = []
        with suppress(queue.Empty):
            while True:
                zygote = self._idle.get_nowait()
                if zygote is not None:
                    taken.append(zygote)
        return taken

    def __enter__(self) -> "Launcher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
