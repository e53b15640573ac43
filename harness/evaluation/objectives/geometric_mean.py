"""The geometric mean of the values: a share gained on a hard task counts as much as the same share on an easy one.

The idea of GMAP: Robertson, "On GMAP: and other transformations", CIKM 2006.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.evaluation.objectives.objective import Objective, TaskResult


@dataclass(frozen=True)
class GeometricMean(Objective):
    """The n-th root of the product of the values of n tasks; 0 where any of them is 0."""

    name: ClassVar[str] = "geometric_mean"
    label: ClassVar[str] = "geometric mean"

    @property
    def counts(self) -> str:
        """See Objective."""
        return "the geometric mean over the tasks of the measure itself counts"

    def _of(self, results: Sequence[TaskResult]) -> float:
        values = np.array([result.value for result in results])
        if not np.all(values > 0):
            return 0.0
        # Logarithms, since the product of many small values would underflow.
        return float(np.exp(np.log(values).mean()))
