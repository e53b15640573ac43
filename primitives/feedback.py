"""Pseudo-relevance feedback: move the query by what it found."""

import numpy as np
from numpy.typing import NDArray

from primitives.arrays import FloatMatrix, IndexArray
from primitives.normalise import unit_power


def unit_rows(vectors: FloatMatrix | NDArray[np.float64]) -> FloatMatrix:
    """Divide each row (last axis) by its Euclidean length; a zero row stays zero. float32, same shape."""
    vectors = vectors * unit_power(vectors, axis=-1)
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: FloatMatrix = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0).astype(np.float32)
    return unit


def top_k(scores: FloatMatrix, k: int, then: FloatMatrix | None = None) -> IndexArray:
    """Columns of the min(k, N) best scores of each row, best first; int64 (Q, min(k, N)).

    Equal scores are ordered by `then` (Q, N), higher first, where given, and at last by column.
    """
    if then is None:
        return np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.stack([np.lexsort((-second, -first))[:k] for first, second in zip(scores, then, strict=True)])


def centroid(vectors: FloatMatrix, columns: IndexArray) -> FloatMatrix:
    """Mean of the vectors that each row of `columns` (Q, k) names: vectors (N, dim) -> float32 (Q, dim)."""
    mean: FloatMatrix = vectors[columns].mean(axis=1, dtype=np.float64).astype(np.float32)
    return mean


def rocchio(
    q_emb: FloatMatrix,
    relevant: FloatMatrix,
    irrelevant: FloatMatrix | None = None,
    *,
    beta: float = 1.0,
    gamma: float = 0.5,
) -> FloatMatrix:
    """Move each query towards one centroid and away from another: unit(q + beta relevant - gamma irrelevant).

    All (Q, dim); float32 unit rows. Rocchio, 1971. The defaults are structural: a query weighs as much as what it
    found, and a negative centroid half as much.
    """
    moved = q_emb + np.float64(beta) * relevant
    if irrelevant is not None:
        moved = moved - np.float64(gamma) * irrelevant
    return unit_rows(moved)
