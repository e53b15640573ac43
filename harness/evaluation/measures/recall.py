"""R: the share of the relevant documents that is found."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.measures.graded import BinaryMeasure


@dataclass(frozen=True)
class Recall(BinaryMeasure):
    """R@k: relevant documents among the first k, divided by all relevant documents.

    Van Rijsbergen, "Information Retrieval", 2nd edition, Butterworths, 1979, chapter 7.
    """

    symbol: ClassVar[str] = "R"
    also: ClassVar[tuple[str, ...]] = ("Recall",)
    needs_cutoff: ClassVar[bool] = True

    def gained(self, grades: NDArray[np.float64]) -> NDArray[np.float64]:
        """Relevant documents found."""
        return self.n_relevant(grades)

    def attainable(self, best: NDArray[np.float64]) -> NDArray[np.float64]:
        """Relevant documents there are."""
        return self.n_relevant(best)
