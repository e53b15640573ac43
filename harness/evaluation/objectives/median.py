"""The median of the deltas: what a program does on the middle task, however much one other gains or loses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.evaluation.objectives.objective import Objective, TaskResult


@dataclass(frozen=True)
class Median(Objective):
    """The median over tasks of value - baseline; of an even number, the mean of the two in the middle."""

    name: ClassVar[str] = "median"
    label: ClassVar[str] = "median delta"

    @property
    def counts(self) -> str:
        """See Objective."""
        return "its median over the tasks counts"

    def _of(self, results: Sequence[TaskResult]) -> float:
        return float(np.median([result.delta for result in results]))
