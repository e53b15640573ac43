"""How sure a ranking is of its first documents: told without labels, by which a program may spend more on some queries.

Each looks at one query's scores at a time, so a query alone gets what it gets in a batch.
"""

import numpy as np
from numpy.typing import NDArray

from primitives.arrays import FloatMatrix
from primitives.feedback import top_k
from primitives.normalise import zscore

Signal = NDArray[np.float64]


def score_entropy(scores: FloatMatrix) -> Signal:
    """How evenly each query's scores spread over documents: 1 where all are equal, less where one stands out; (Q,).

    The entropy of the softmax of standardised scores over that of N equal ones; 0 for a single document. After Shtok,
    Kurland and Carmel, 2012, who tell hard queries by the spread of their scores.
    """
    weights = np.exp(zscore(scores).astype(np.float64))
    shares = weights / weights.sum(axis=1, keepdims=True)
    entropy: Signal = -(shares * np.log(shares)).sum(axis=1) / np.log(max(scores.shape[1], 2))
    return entropy


def score_gap(scores: FloatMatrix) -> Signal:
    """How far each query's first document stands above its second, in standard deviations of its scores; (Q,)."""
    best = np.sort(zscore(scores).astype(np.float64), axis=1)[:, -2:]
    return best[:, -1] - best[:, 0]


def shared_first(first: FloatMatrix, second: FloatMatrix, depth: int = 10) -> Signal:
    """How many of each query's first `depth` documents two channels share, (Q, N) each; (Q,)."""
    pairs = zip(top_k(first, depth), top_k(second, depth), strict=True)
    return np.array([len(np.intersect1d(one, other)) for one, other in pairs], dtype=np.float64)
