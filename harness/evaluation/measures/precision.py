"""P: the share of the first documents that is relevant."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.measures.graded import BinaryMeasure


@dataclass(frozen=True)
class Precision(BinaryMeasure):
    """P@k: relevant documents among the first k, divided by k, also where the collection has fewer than k.

    Van Rijsbergen, "Information Retrieval", 2nd edition, Butterworths, 1979, chapter 7.
    """

    symbol: ClassVar[str] = "P"
    also: ClassVar[tuple[str, ...]] = ("Precision",)
    needs_cutoff: ClassVar[bool] = True

    def gained(self, grades: NDArray[np.float64]) -> NDArray[np.float64]:
        """Relevant documents found."""
        return self.n_relevant(grades)

    def attainable(self, best: NDArray[np.float64]) -> NDArray[np.float64]:
        """The cutoff."""
        assert self.cutoff is not None
        return np.full(len(best), self.cutoff, dtype=np.float64)
