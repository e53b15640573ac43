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


def hash_of(scores: Scores | None) -> str:
    """The hash that an outcome records of a score matrix."""
    return hashlib.blake2b(b"" if scores is None else scores.tobytes(), digest_size=16).hexdigest()
