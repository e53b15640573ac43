"""What a measure is to those who use it; another package may bring its own."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.measures.judgments import Judgments


class Measure(Protocol):
    """A number for each query's ranking; larger is better."""

    @property
    def name(self) -> str:
        """As it is written in settings and recorded: `nDCG@10`."""

    def per_query(self, scores: NDArray[np.floating], judgments: Judgments) -> NDArray[np.float64]:
        """The measure of a (Q, N) matrix of finite scores: finite float64 (Q,), 0 where nothing is relevant.

        Rows follow `judgments.query_ids`, columns `judgments.document_ids`. Several threads may ask at once. Raises
        ValueError for another shape.
        """
