"""The public face: a sandbox that runs `rerank` programs and gives verdicts."""

import platform
from types import TracebackType

import numpy as np

from sandbox.contract import EmbedCallback, Execution, Isolation
from sandbox.inputs import TaskInputs
from sandbox.launcher import Launcher
from sandbox.limits import Limits
from sandbox.zygote_handle import ZygoteConfig


class Sandbox:
    """Runs programs in processes of their own, up to `workers` at once, from any threads.

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
        config = ZygoteConfig(allow_primitives, hash_seed, malloc_perturb)
        self._launcher = Launcher(config, workers)
        self.isolation = Isolation(
            level="weak",
            layers=("rlimits",),
            kernel=platform.release(),
            landlock_abi=0,
            python=platform.python_version(),
            numpy=np.__version__,
            blas=_blas(),
        )

    def run(self, source: str, inputs: TaskInputs, *, embed: EmbedCallback, limits: Limits | None = None) -> Execution:
        """Run a program on a task's inputs, with `Limits.for_inputs` unless told otherwise.

        Never raises for a program's fault. A HARNESS_ERROR is tried again once, unless a request was embedded
        already: whoever meters `embed` would count it twice.
        """
        return self._launcher.run(source, inputs, embed, limits or Limits.for_inputs(inputs))

    def close(self) -> None:
        """End every process of this sandbox."""
        self._launcher.close()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _blas() -> str:
    config = np.show_config(mode="dicts")
    blas = config["Build Dependencies"]["blas"]
    return f"{blas['name']} {blas['version']}"
