"""Put the scores of different channels on one scale.

Every function keeps the shape (Q, N), returns float32, and gives equal scores equal values, so that the order in
which documents stand never decides.
"""

import numpy as np
from numpy.typing import NDArray

from primitives.arrays import FloatMatrix

RANK_BLOCK = 256
"""Rows ranked at once: bounds the memory of the sort on large matrices."""


def unit_power(scores: FloatMatrix | NDArray[np.float64], axis: int = 1) -> FloatMatrix:
    """The power of two that brings the largest magnitude along an axis to [0.5, 1); the axis stays, with length 1.

    Scores multiplied by it neither overflow nor vanish when they are squared or subtracted. A power of two changes no
    digit, so scores of common size give the same bits with and without it. float32; 1 where all scores are zero.
    """
    largest = np.maximum(scores.max(axis=axis, keepdims=True), -scores.min(axis=axis, keepdims=True))
    exponent = np.maximum(np.frexp(largest)[1], np.finfo(np.float32).minexp)  # or the power would overflow
    power: FloatMatrix = np.ldexp(np.float32(1), -exponent)
    return power


def zscore(scores: FloatMatrix, axis: int = 1) -> FloatMatrix:
    """Subtract the mean and divide by the standard deviation; a constant row becomes zeros. float32 (Q, N).

    axis=1 standardises each query over the documents, as in Montague and Aslam, 2001. axis=0 standardises each document
    over the queries of the batch: scores of a query then change with the others (`zscore_among` needs no others).
    """
    scores = scores * unit_power(scores, axis)
    centred = scores - scores.mean(axis=axis, keepdims=True, dtype=np.float64).astype(np.float32)
    spread = np.sqrt(np.mean(np.square(centred), axis=axis, keepdims=True, dtype=np.float64)).astype(np.float32)
    result: FloatMatrix = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    return result


def minmax(scores: FloatMatrix, axis: int = 1) -> FloatMatrix:
    """Map the lowest score to 0 and the highest to 1; a constant row becomes zeros. float32 (Q, N).

    axis=0 maps each document over the queries of the batch: scores of a query then change with the others.
    """
    scores = scores * unit_power(scores, axis)
    lowest = scores.min(axis=axis, keepdims=True)
    width = scores.max(axis=axis, keepdims=True) - lowest
    result: FloatMatrix = np.divide(scores - lowest, width, out=np.zeros_like(scores), where=width > 0)
    return result


def ranks(scores: FloatMatrix) -> FloatMatrix:
    """Rank of each document in its row, 1 for the highest score; equal scores share their mean rank. float32 (Q, N)."""
    result = np.empty(scores.shape, dtype=np.float32)
    for start in range(0, len(scores), RANK_BLOCK):
        result[start : start + RANK_BLOCK] = _mean_ranks(scores[start : start + RANK_BLOCK])
    return result


def _mean_ranks(scores: FloatMatrix) -> FloatMatrix:
    order = np.argsort(-scores, axis=1, kind="stable")
    ordered = np.take_along_axis(scores, order, axis=1)
    position = np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    differs = ordered[:, 1:] != ordered[:, :-1]
    edge = np.ones((len(scores), 1), dtype=bool)
    # First and last position of the group of equal scores that each position belongs to.
    first = np.maximum.accumulate(np.where(np.hstack((edge, differs)), position, 0), axis=1)
    at_end = np.where(np.hstack((differs, edge)), position, scores.shape[1])
    last = np.minimum.accumulate(at_end[:, ::-1], axis=1)[:, ::-1]
    result = np.empty(scores.shape, dtype=np.float32)
    np.put_along_axis(result, order, ((first + last) / 2 + 1).astype(np.float32), axis=1)
    return result
