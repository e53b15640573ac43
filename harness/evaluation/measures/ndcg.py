"""nDCG: discounted cumulative gain over that of the best possible ranking."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.measures.graded import GradedMeasure


@dataclass(frozen=True)
class NDCG(GradedMeasure):
    """nDCG@k: the sum over ranks r of grade / log2(r + 1), divided by the same sum for the ideal ranking.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4), 2002; with linear
    gain, as in trec_eval. The ideal ranking holds every judged document.
    """

    symbol: ClassVar[str] = "nDCG"

    def gained(self, grades: NDArray[np.float64]) -> NDArray[np.float64]:
        """DCG of the ranking."""
        return _dcg(grades)

    def attainable(self, best: NDArray[np.float64]) -> NDArray[np.float64]:
        """DCG of the ideal ranking."""
        return _dcg(best[:, : self.cutoff])


def _dcg(grades: NDArray[np.float64]) -> NDArray[np.float64]:
    # Added from the top down, so that zeros at the end change no bit: the ideal ranking has exactly 1.
    discount = 1.0 / np.log2(np.arange(2, grades.shape[1] + 2))
    dcg: NDArray[np.float64] = np.cumsum(grades * discount, axis=1)[:, -1]
    return dcg
