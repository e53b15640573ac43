"""How far two score matrices are apart, and what of it is rounding."""

import hashlib

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

MAX_DIFFERENCE = 1e-3
"""Largest difference, relative to the range of a query's scores, that counts as rounding: honest programs stay below
1e-6, an ill-conditioned solve reaches 7e-5."""
MIN_OVERLAP = 0.99
"""Least mean share of a top ten that must return."""
TOP = 10
ROUNDING = 1e-6
"""Scores closer than this share of a query's range may change places."""


def differ(base: Scores, other: Scores) -> str:
    """How two (Q, N) matrices differ beyond rounding, as the end of a sentence; empty where they do not."""
    difference, overlap = relative_difference(base, other), top_overlap(base, other)
    if difference <= MAX_DIFFERENCE and overlap >= MIN_OVERLAP:
        return ""
    return f"its scores differ by {difference:.1e} of their range, and {overlap:.0%} of the top {TOP} return"


def relative_difference(base: Scores, other: Scores) -> float:
    """Largest absolute difference of two (Q, N) matrices, each row relative to the range of its scores in `base`."""
    spread = np.ptp(base, axis=1).astype(np.float64)
    gap = np.abs(base.astype(np.float64) - other).max(axis=1)
    return float((gap / np.where(spread > 0, spread, 1.0)).max())


def top_overlap(base: Scores, other: Scores) -> float:
    """Mean share of each row's ten best in `base` that are among the ten best in `other`, rounding forgiven."""
    depth = min(TOP, base.shape[1])
    best = np.argpartition(-base, depth - 1, axis=1)[:, :depth]
    threshold = np.partition(other, -depth, axis=1)[:, -depth] - ROUNDING * np.ptp(other, axis=1)
    return float((np.take_along_axis(other, best, axis=1) >= threshold[:, None]).mean())


def agreement(base: Scores, other: Scores) -> float:
    """Mean over rows of Spearman's rank correlation of two (Q, N) matrices; 1 for rows without an order.

    Not scipy's: importing scipy.stats takes longer than auditing a small program.
    """
    return float(np.mean([_correlation(_ranks(a), _ranks(b)) for a, b in zip(base, other, strict=True)]))


def _ranks(row: Scores) -> NDArray[np.float64]:
    """Ranks from 1, of equal scores their mean."""
    _, inverse, counts = np.unique(row, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return ranks


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    a, b = a - a.mean(), b - b.mean()
    spread = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / spread) if spread > 0 else 1.0


class ScoreHash:
    """The hash that an outcome records of its scores, which come whole or batch by batch, from the first on."""

    def __init__(self) -> None:
        self._digest = hashlib.blake2b(digest_size=16)

    def take(self, first: int, scores: Scores) -> None:
        """Read the rows from `first` on; from the first row on it begins again, as a repeated run does."""
        if first == 0:
            self._digest = hashlib.blake2b(digest_size=16)
        self._digest.update(scores.tobytes())

    @property
    def hash(self) -> str:
        """Of all that was read."""
        return self._digest.hexdigest()


def hash_of(scores: Scores) -> str:
    """The same of a whole matrix."""
    whole = ScoreHash()
    whole.take(0, scores)
    return whole.hash
