"""AP: precision, averaged over the places of the relevant documents."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.measures.graded import BinaryMeasure


@dataclass(frozen=True)
class AveragePrecision(BinaryMeasure):
    """AP@k: the sum of P@r over the ranks r <= k that hold a relevant document, divided by all relevant documents.

    Harman, "Evaluation issues in information retrieval", Information Processing & Management 28(4), 1992. The
    denominator counts every relevant document, as in trec_eval, also where they are more than k.
    """

    symbol: ClassVar[str] = "AP"
    also: ClassVar[tuple[str, ...]] = ("MAP",)

    def gained(self, grades: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the precisions."""
        relevant = self.relevant(grades)
        precision = np.cumsum(relevant, axis=1) / np.arange(1, grades.shape[1] + 1)
        total: NDArray[np.float64] = (relevant * precision).sum(axis=1)
        return total

    def attainable(self, best: NDArray[np.float64]) -> NDArray[np.float64]:
        """Relevant documents there are."""
        return self.n_relevant(best)
