"""The mean of the deltas: every task counts the same. The default."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.evaluation.objectives.objective import Objective, TaskResult


@dataclass(frozen=True)
class Mean(Objective):
    """The mean over tasks of value - baseline."""

    name: ClassVar[str] = "mean"
    label: ClassVar[str] = "mean delta"

    @property
    def counts(self) -> str:
        """See Objective."""
        return "its mean over the tasks counts"

    def _of(self, results: Sequence[TaskResult]) -> float:
        return float(np.mean([result.delta for result in results]))
