"""Late interaction over many vectors a text: MaxSim, whole and with fewer vectors."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from primitives.arrays import FloatMatrix, FloatVector, IndexArray
from primitives.vectors import MultiVectors, multi_vectors

QUERY_VECTORS_AT_ONCE = 4096
LATE_PRODUCTS = 1 << 23
"""Products held at once (32 MiB): all pairs of vectors of a task would be gigabytes."""


def maxsim(q_vec: MultiVectors, d_vec: MultiVectors, *, mean: bool = False, floor: float | None = None) -> FloatMatrix:
    """Sum, or mean, over a query's vectors of the best inner product with a document's: float32 (Q, N).

    No vector adds less than `floor`, if that is given. Source: ColBERT (Khattab and Zaharia, 2020); the mean gives
    queries of all lengths one scale. Products are float32: scores may move by 1e-6 of their size with what else stands
    in the batch.
    """
    scores = np.empty((len(q_vec), len(d_vec)), dtype=np.float32)
    for first, end in text_blocks(q_vec.offsets, QUERY_VECTORS_AT_ONCE):
        starts = q_vec.offsets[first:end] - q_vec.offsets[first]
        queries = q_vec.vectors[q_vec.offsets[first] : q_vec.offsets[end]]
        for left, right in text_blocks(d_vec.offsets, LATE_PRODUCTS // max(len(queries), 1)):
            best = best_products(d_vec, left, right, queries)
            if floor is not None:
                np.maximum(best, floor, out=best)
            scores[first:end, left:right] = np.add.reduceat(best, starts, axis=1, dtype=np.float64).T
    if mean:
        scores /= q_vec.sizes[:, None]
    return scores


def best_products(d_vec: MultiVectors, first: int, end: int, queries: FloatMatrix) -> FloatMatrix:
    """Of each document from `first` to `end`, the best product with each of m vectors: float32 (end - first, m)."""
    starts, sizes = d_vec.offsets[first:end], d_vec.sizes[first:end]
    order = np.argsort(-sizes, kind="stable")
    # First vectors of all documents, then the second ones of those that have two: maxima of whole matrices, no padding.
    counts = [int((sizes > slot).sum()) for slot in range(int(sizes.max()))]
    rows = np.concatenate([starts[order[:count]] + slot for slot, count in enumerate(counts)])
    products = d_vec.vectors[rows] @ queries.T
    best, done = products[: counts[0]], counts[0]
    for count in counts[1:]:
        np.maximum(best[:count], products[done : done + count], out=best[:count])
        done += count
    placed: FloatMatrix = np.empty_like(best)
    placed[order] = best
    return placed


def text_blocks(offsets: IndexArray, most: int) -> Iterator[tuple[int, int]]:
    """Runs of texts with at most `most` vectors together, each at least one text: the first, and the one after it."""
    first = 0
    while first < len(offsets) - 1:
        end = int(np.searchsorted(offsets, offsets[first] + most, side="right")) - 1
        end = max(end, first + 1)
        yield first, end
        first = end


def pooled_maxsim(q_vec: MultiVectors, d_vec: MultiVectors, most: int, *, mean: bool = False) -> FloatMatrix:
    """`maxsim` with the documents' vectors pooled to at most `most` each: float32 (Q, N)."""
    return maxsim(q_vec, pool_vectors(d_vec, most), mean=mean)


def pool_vectors(vec: MultiVectors, most: int) -> MultiVectors:
    """At most `most` unit vectors a text: the means of clusters of its own, which Ward's method makes.

    Source: token pooling (Clavié et al., 2024), on cosine distances; needs no training.
    """
    parts = [pool_one(vec.of(text), most) for text in range(len(vec))]
    return multi_vectors(parts, vec.vectors.shape[1])


def pool_one(vectors: FloatMatrix, most: int) -> FloatMatrix:
    """Unit means of the clusters of one text's unit rows, float32 (min(K, most), dim), in the order of their first."""
    if len(vectors) <= most:
        return vectors
    labels = ward_clusters(1 - vectors.astype(np.float64) @ vectors.T.astype(np.float64), most)
    members = (labels == np.unique(labels)[:, None]).astype(np.float32)
    means = (members @ vectors) / members.sum(axis=1, keepdims=True)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    pooled: FloatMatrix = (means / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return pooled


def ward_clusters(distances: NDArray[np.float64], most: int) -> IndexArray:
    """Merge n rows, two nearest clusters at a time, into at most `most`: each row's cluster by its first row, (n,).

    `distances` (n, n) float64 is symmetric. Source: Ward, 1963, in the recurrence of Lance and Williams, 1967.
    """
    squared = np.maximum(distances, 0) ** 2
    np.fill_diagonal(squared, np.inf)
    labels, sizes = np.arange(len(squared)), np.ones(len(squared))
    for _ in range(len(squared) - most):
        a, b = sorted(divmod(int(np.argmin(squared)), len(squared)))
        total = sizes[a] + sizes[b] + sizes
        merged = ((sizes[a] + sizes) * squared[a] + (sizes[b] + sizes) * squared[b] - sizes * squared[a, b]) / total
        merged[np.isinf(squared[a])] = np.inf
        merged[[a, b]] = np.inf
        squared[a], squared[:, a], squared[b], squared[:, b] = merged, merged, np.inf, np.inf
        sizes[a] += sizes[b]
        labels[labels == b] = a
    return labels


def prune_vectors(vec: MultiVectors, most: int, weights: FloatVector | None = None) -> MultiVectors:
    """The `most` heaviest vectors of each text by `weights` (total,), of equal ones the earlier; without, the first.

    They stay in their order. Source: Lassance et al., 2021, who keep the first tokens or the rarest.
    """
    weights = np.zeros(len(vec.vectors), np.float32) if weights is None else weights
    kept = []
    for start, end in zip(vec.offsets[:-1].tolist(), vec.offsets[1:].tolist(), strict=True):
        kept.append(start + np.sort(np.argsort(-weights[start:end], kind="stable")[:most]))
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum([len(rows) for rows in kept], dtype=np.int64)))
    return MultiVectors(vec.vectors[np.concatenate([np.empty(0, np.int64), *kept])], offsets)


def rarity(vec: MultiVectors) -> FloatVector:
    """How unlike the mean vector of all texts each vector is, 0 to 2: weights for `prune_vectors`, float32 (total,)."""
    mean = vec.vectors.mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    unlike: FloatVector = (1 - vec.vectors @ (mean / (length or 1.0))).astype(np.float32)
    return unlike
