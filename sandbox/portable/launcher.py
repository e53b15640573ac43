"""The launcher of systems other than Linux: no zygote, a cold start for each run."""

import threading

from sandbox.contract import EmbedCallback, Execution, Take
from sandbox.errors import SandboxError
from sandbox.inputs import TaskInputs
from sandbox.limits import Limits
from sandbox.portable.attempt import PortableAttempt
from sandbox.zygote_handle import ZygoteConfig


class PortableLauncher:
    """Up to `workers` runs at once."""

    def __init__(self, config: ZygoteConfig, workers: int) -> None:
        self._config = config
        self._slots = threading.BoundedSemaphore(workers)
        self._busy: set[PortableAttempt] = set()
        self._closed = threading.Event()

    def run(
        self, source: str, inputs: TaskInputs, embed: EmbedCallback, limits: Limits, take: Take | None = None
    ) -> Execution:
        """Run a program on a task. Raises SandboxError once the sandbox is closed."""
        with self._slots:
            if self._closed.is_set():
                raise SandboxError("The sandbox is closed; open a new one to run programs.")
            attempt = PortableAttempt(self._config, inputs, embed, limits, take)
            self._busy.add(attempt)
            try:
                return attempt.run(source)
            finally:
                self._busy.discard(attempt)

    def close(self) -> None:
        """Kill the runs in progress and refuse new ones."""
        self._closed.set()
        for attempt in tuple(self._busy):
            attempt.abandon()
