"""Late interaction through centroids: documents as lists of the centroids that their vectors are nearest to."""

from dataclasses import dataclass

import numpy as np

from primitives.arrays import FloatMatrix, IndexArray
from primitives.late import LATE_PRODUCTS, text_blocks
from primitives.vectors import MultiVectors

VECTORS_AT_ONCE = 8192
"""Vectors compared with all centroids at once."""


@dataclass(frozen=True)
class CentroidIndex:
    """N documents as numbers of centroids. `centroid_index` makes it."""

    centroids: FloatMatrix
    """Unit rows, float32 (C, dim)."""

    codes: IndexArray
    """The nearest centroid of each vector, each once a document; int64 (total,)."""

    offsets: IndexArray
    """Where each document's codes begin, and the end; int64 (N + 1,)."""

    def scores(self, q_vec: MultiVectors, *, mean: bool = False) -> FloatMatrix:
        """MaxSim with each document vector's centroid in its place: float32 (Q, N)."""
        products = q_vec.vectors @ self.centroids.T
        found = np.empty((len(q_vec), len(self.offsets) - 1), dtype=np.float32)
        for row, (start, end) in enumerate(zip(q_vec.offsets[:-1], q_vec.offsets[1:], strict=True)):
            own = products[start:end]
            for left, right in text_blocks(self.offsets, LATE_PRODUCTS // max(len(own), 1)):
                first, last = self.offsets[left], self.offsets[right]
                starts = self.offsets[left:right] - first
                best = np.maximum.reduceat(own[:, self.codes[first:last]], starts, axis=1)
                found[row, left:right] = best.sum(axis=0, dtype=np.float64) / (len(own) if mean else 1)
        return found


def centroid_index(d_vec: MultiVectors, count: int, rounds: int = 4) -> CentroidIndex:
    """Cluster all document vectors around at most `count` centroids: `.scores(q_vec)` float32 (Q, N).

    Source: PLAID's centroid interaction (Santhanam et al., 2022). Spherical k-means from vectors evenly spaced in the
    corpus, so that it repeats.
    """
    count = min(count, len(d_vec.vectors))
    centroids = d_vec.vectors[np.linspace(0, len(d_vec.vectors) - 1, count).astype(np.int64)]
    for _ in range(rounds):
        centroids = moved_centroids(centroids, d_vec.vectors, nearest_centroids(centroids, d_vec.vectors))
    # A pair of document and centroid as one number: sorted, they are each document's distinct codes.
    pairs = np.unique(
        np.repeat(np.arange(len(d_vec)), d_vec.sizes) * count + nearest_centroids(centroids, d_vec.vectors)
    )
    offsets = np.searchsorted(pairs, np.arange(len(d_vec) + 1) * count)
    return CentroidIndex(centroids, pairs % count, offsets.astype(np.int64))


def nearest_centroids(centroids: FloatMatrix, vectors: FloatMatrix) -> IndexArray:
    """The centroid of greatest product for each vector, int64 (total,)."""
    blocks = range(0, len(vectors), VECTORS_AT_ONCE)
    return np.concatenate([np.argmax(vectors[at : at + VECTORS_AT_ONCE] @ centroids.T, axis=1) for at in blocks])


def moved_centroids(centroids: FloatMatrix, vectors: FloatMatrix, codes: IndexArray) -> FloatMatrix:
    """Each centroid as the unit mean of its vectors; one without any stays."""
    order = np.argsort(codes, kind="stable")
    present, starts = np.unique(codes[order], return_index=True)
    sums = np.add.reduceat(vectors[order], starts, axis=0, dtype=np.float64)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    result = centroids.copy()
    result[present] = sums / np.where(lengths > 0, lengths, 1)
    return result
