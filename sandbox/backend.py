"""What runs untrusted programs: `Sandbox` is one; a container or a virtual machine of one's own may be another."""

from typing import Protocol

from sandbox.contract import EmbedCallback, Execution, Isolation, Take
from sandbox.doctor import Diagnosis
from sandbox.inputs import TaskInputs
from sandbox.limits import Limits


class Backend(Protocol):
    """Runs programs in confinement, from any threads; a fault of the program is a verdict, never an exception."""

    @property
    def isolation(self) -> Isolation:
        """What confines the programs, as tested; stored with every outcome."""

    def run(
        self,
        source: str,
        inputs: TaskInputs,
        *,
        embed: EmbedCallback,
        limits: Limits | None = None,
        take: Take | None = None,
    ) -> Execution:
        """Run a program on a task's inputs, with `Limits.for_inputs` unless told otherwise.

        `take` gets the scores of each batch of queries as it ends; without it the execution holds them all. Raises
        SandboxError when no process can be started, or after `close`.
        """

    def diagnose(self) -> Diagnosis:
        """What was tried to prove the isolation, and what came of it."""

    def close(self) -> None:
        """End every run at once; a run in progress is a HARNESS_ERROR. May be called twice."""
