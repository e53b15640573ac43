"""The public face: a sandbox that runs `rerank` programs and gives verdicts."""

from types import TracebackType

from sandbox.contract import EmbedCallback, Execution, Isolation, Take
from sandbox.doctor import Diagnosis, diagnose, examine
from sandbox.errors import SandboxError
from sandbox.inputs import TaskInputs
from sandbox.launcher import Launcher
from sandbox.limits import Limits
from sandbox.platform import why_not_confinable
from sandbox.portable.launcher import PortableLauncher
from sandbox.zygote_handle import ZygoteConfig, ZygoteHandle


class Sandbox:
    """A Backend: runs programs in processes of their own, up to `workers` at once, from any threads.

    >>> with Sandbox() as sandbox, TaskInputs.create(...) as inputs:
    ...     execution = sandbox.run(source, inputs, embed=embed)
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        level: str = "strict",
        allow_primitives: bool = True,
        hash_seed: int = 0,
        malloc_perturb: int = 0,
    ) -> None:
        """Start, and prove with a locked child that programs are confined at least at `level`.

        Every layer that the machine offers is put on, whatever the level asked for. `hash_seed` and
        `malloc_perturb` (a byte, 0 for none) set how strings hash and what fresh memory holds, for audits.
        Raises SandboxError when the level is not reached.
        """
        self._level = level
        self._diagnosis: Diagnosis | None = None
        config = ZygoteConfig(allow_primitives, hash_seed, malloc_perturb)
        self._launcher: Launcher | PortableLauncher
        if why_not_confinable():
            self._accept(diagnose(level))
            self._launcher = PortableLauncher(config, workers)
        else:
            self._launcher = Launcher(config, workers, self._admit)
            self._launcher.warm_up()

    def _admit(self, zygote: ZygoteHandle) -> None:
        """Examine a fresh zygote: every one is tested, the first and those started after one has died."""
        self._accept(examine(zygote, self._level))

    def _accept(self, diagnosis: Diagnosis) -> None:
        if not diagnosis.sufficient:
            raise SandboxError(diagnosis.refusal)
        if self._diagnosis is not None and diagnosis.isolation != self._diagnosis.isolation:
            raise SandboxError("Programs are no longer confined as at the start of this run; look at `ttc doctor`.")
        self._diagnosis = diagnosis

    @property
    def isolation(self) -> Isolation:
        """What confines the programs, as tested."""
        return self.diagnose().isolation

    def diagnose(self) -> Diagnosis:
        """What the self-test of the start tried, and what came of it."""
        assert self._diagnosis is not None
        return self._diagnosis

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

        `take` gets the scores of each batch of queries as it ends; without it the execution holds them all.
        Never raises for a program's fault. A HARNESS_ERROR is tried again once, unless a request was embedded
        or a batch taken already: whoever meters `embed` would count it twice. Raises SandboxError when no process can
        be started, or after `close`.
        """
        return self._launcher.run(source, inputs, embed, limits or Limits.for_inputs(inputs), take)

    def close(self) -> None:
        """End every process of this sandbox at once; a run in progress is a HARNESS_ERROR."""
        self._launcher.close()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
