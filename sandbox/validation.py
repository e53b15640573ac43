"""What makes a returned score matrix acceptable, decided on memory that the program can no longer touch."""

import numpy as np
from numpy.typing import NDArray

from sandbox.verdicts import Verdict

REAL_KINDS = "fiub"
"""dtype kinds that convert to float32 without losing a part of the number: complex is not among them."""


def check_header(shape: tuple[int, ...], kind: str, expected: tuple[int, int]) -> tuple[Verdict, str]:
    """Judge the shape and dtype kind of what rerank returned; OK or the verdict and its reason."""
    if shape != expected:
        reason = f"rerank returned an array of shape {shape}; expected {expected}, a row per query."
        return Verdict.BAD_SHAPE, reason
    if kind not in REAL_KINDS:
        return Verdict.BAD_DTYPE, f"rerank returned an array of dtype kind {kind!r}; expected real numbers."
    return Verdict.OK, Verdict.OK.sentence


def check_scores(scores: NDArray[np.float32], first: int = 0) -> tuple[Verdict, str]:
    """Judge float32 scores of the queries from `first` on: finite, and not the same for all documents in every row."""
    if scores.size == 0:
        return Verdict.OK, Verdict.OK.sentence
    # Minimum and maximum carry NaN and infinity along, and need no second matrix of the size of the scores.
    low, high = scores.min(axis=1), scores.max(axis=1)
    broken = ~(np.isfinite(low) & np.isfinite(high))
    if broken.any():
        reason = f"The scores of {int(broken.sum())} of {len(scores)} queries contain NaN or infinity."
        return Verdict.NON_FINITE, f"{reason} The first is row {first + int(broken.argmax())}."
    if scores.shape[1] > 1 and bool((low == high).all()):
        return Verdict.CONSTANT, Verdict.CONSTANT.sentence
    return Verdict.OK, Verdict.OK.sentence
