"""Which queries deserve more compute, told without labels: from the scores of the cheapest budget, and the texts.

Each gives a number for every query, greater where more is to be spent; which way round was settled beforehand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.difference import TOP, Scores
from primitives import bm25, score_entropy, score_gap, shared_first, words


@dataclass(frozen=True)
class Seen:
    """What a chooser may look at: one task, without its labels."""

    scores: Scores
    """Of the program at its cheapest budget, float32 (Q, N)."""
    q_texts: Sequence[str]
    d_texts: Sequence[str]


Signal = NDArray[np.float64]


def entropy(seen: Seen) -> Signal:
    """How evenly a query's standardised scores spread over documents, as a softmax's entropy: (Q,)."""
    return score_entropy(seen.scores)


def gap(seen: Seen) -> Signal:
    """How little the first document stands above the second, in standard deviations of the query's scores: (Q,)."""
    return -score_gap(seen.scores)


def agreement(seen: Seen) -> Signal:
    """How few of the first ten documents BM25 has among its own: (Q,)."""
    return -shared_first(seen.scores, bm25(list(seen.q_texts), list(seen.d_texts)), TOP)


def length(seen: Seen) -> Signal:
    """Words of the query: (Q,)."""
    return np.array([len(words(text)) for text in seen.q_texts], dtype=np.float64)


CHOOSERS: Mapping[str, Callable[[Seen], Signal]] = {
    "entropy": entropy,
    "gap": gap,
    "agreement": agreement,
    "length": length,
}
