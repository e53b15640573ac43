"""Quality less time: a program must earn the seconds it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

import numpy as np

from harness.errors import UsageError
from harness.evaluation.objectives.objective import Objective, TaskResult


@dataclass(frozen=True)
class MeanMinusLatency(Objective):
    """The mean delta minus `weight` times the mean seconds of a task.

    Seconds differ from run to run and between machines, so this number does too.
    """

    weight: float = 0.01
    """How much delta a second is worth."""

    name: ClassVar[str] = "mean_minus_latency"
    label: ClassVar[str] = "mean delta less latency"

    def __post_init__(self) -> None:
        """Raise UsageError where a parameter is out of range."""
        super().__post_init__()
        if not (isfinite(self.weight) and self.weight >= 0):
            raise UsageError(f"The weight of {self.name} is {self.weight}; it must be a finite number of at least 0.")

    @property
    def counts(self) -> str:
        """See Objective."""
        return f"its mean over the tasks counts, less {self.weight:g} for each second that the program takes on a task"

    def _of(self, results: Sequence[TaskResult]) -> float:
        delta = np.mean([result.delta for result in results])
        return float(delta - self.weight * np.mean([result.seconds for result in results]))
