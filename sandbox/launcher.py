"""Runs programs: a pool of zygotes, one for each worker thread."""

import queue
import threading
from collections.abc import Callable
from types import TracebackType

from sandbox.attempt import Attempt
from sandbox.contract import EmbedCallback, Execution
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
        self._workers = workers
        self._busy: set[ZygoteHandle] = set()
        self._closed = threading.Event()
        for _ in range(workers):
            self._idle.put(None)

    def run(self, source: str, inputs: TaskInputs, embed: EmbedCallback, limits: Limits) -> Execution:
        """Run a program on a task. A fault of the harness is tried again once, if nothing was embedded yet.

        Raises SandboxError when no zygote can be started or the sandbox is closed.
        """
        execution, repeatable = self._attempt(source, inputs, embed, limits)
        if execution.verdict is Verdict.HARNESS_ERROR and repeatable:
            execution, _ = self._attempt(source, inputs, embed, limits)
        return execution

    def _attempt(self, source: str, inputs: TaskInputs, embed: EmbedCallback, limits: Limits) -> tuple[Execution, bool]:
        zygote = self._idle.get()
        healthy = False
        try:
            if self._closed.is_set():
                raise SandboxError("The sandbox is closed; open a new one to run programs.")
            if zygote is None:
                zygote = ZygoteHandle(self._config)
                self._admit(zygote)
            self._busy.add(zygote)
            try:
                attempt = Attempt(zygote, inputs, embed, limits, zygote.layers)
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
            if zygote is not None:
                self._busy.discard(zygote)
            if zygote is not None and not healthy:
                zygote.close()
                zygote = None
            self._idle.put(zygote)

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
        """End every zygote. A run in progress is killed and gives HARNESS_ERROR, or raises SandboxError."""
        self._closed.set()
        for zygote in tuple(self._busy):
            zygote.kill()
        zygotes = [self._idle.get() for _ in range(self._workers)]
        for idle in zygotes:
            if idle is not None:
                idle.close()
            # Whoever waits for a turn wakes up and finds the sandbox closed.
            self._idle.put(None)

    def __enter__(self) -> "Launcher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
