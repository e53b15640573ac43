"""RR: how early the first relevant document comes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.measures.graded import BinaryMeasure


@dataclass(frozen=True)
class ReciprocalRank(BinaryMeasure):
    """RR@k: 1 / rank of the first relevant document, 0 where none is among the first k.

    Kantor and Voorhees, "The TREC-5 Confusion Track", Information Retrieval 2(2/3), 2000. trec_eval has it without a
    cutoff; with one, it is the same ranking cut.
    """

    symbol: ClassVar[str] = "RR"
    also: ClassVar[tuple[str, ...]] = ("MRR",)

    def gained(self, grades: NDArray[np.float64]) -> NDArray[np.float64]:
        """The reciprocal rank."""
        relevant = grades >= self.rel
        return np.where(relevant.any(axis=1), 1.0 / (1.0 + relevant.argmax(axis=1)), 0.0)

    def attainable(self, best: NDArray[np.float64]) -> NDArray[np.float64]:
        """1: a relevant document on top."""
        return np.ones(len(best))
