"""Hubs: documents that are near to everything come first for queries that they do not answer.

The classical corrections compare a document with what it scores for the other queries of the batch. Here the corpus
itself stands for those queries, so that a query alone gets the scores that it gets in a batch.
"""

import numpy as np
from numpy.typing import NDArray

from primitives.arrays import FloatMatrix, FloatVector
from primitives.neighbours import neighbour_index
from primitives.normalise import unit_power


def density(vectors: FloatMatrix, k: int = 10) -> FloatVector:
    """Mean cosine of each document to its min(k, N - 1) nearest others: unit rows (N, dim) -> float32 (N,).

    Zero for a document without others. High for a hub (Radovanović, Nanopoulos and Ivanović, 2010).
    """
    if min(k, len(vectors) - 1) < 1:
        return np.zeros(len(vectors), dtype=np.float32)
    # Sorted from the least, so that the order of the documents does not decide the last bit of the sum.
    nearest = np.sort(neighbour_index(vectors, k).nearness, axis=1)
    mean: FloatVector = nearest.mean(axis=1, dtype=np.float64).astype(np.float32)
    return mean


def csls(scores: FloatMatrix, d_emb: FloatMatrix, k: int = 10) -> FloatMatrix:
    """Cosines corrected for hubs: 2 cos(q, d) - r(q) - r(d); (Q, N) and unit rows (N, dim) -> float32 (Q, N).

    Cross-domain similarity local scaling (Conneau, Lample, Ranzato, Denoyer and Jégou, 2018), with their k = 10: r(q)
    is the query's mean cosine to its k nearest documents. Their r(d) is the document's to its k nearest queries; here
    it is the document's `density`, its mean cosine to the k nearest other documents, which needs no other query.
    """
    return local_scaling(scores, density(d_emb, k), k)


def local_scaling(scores: FloatMatrix, densities: FloatVector, k: int = 10) -> FloatMatrix:
    """`csls` where the documents' `density` (N,) is known: (Q, N) -> float32 (Q, N)."""
    best = -np.sort(-scores, axis=1)[:, : max(k, 1)]
    result: FloatMatrix = 2 * scores - best.mean(axis=1, keepdims=True, dtype=np.float32) - densities
    return result


def zscore_among(scores: FloatMatrix, pseudo: FloatMatrix) -> FloatMatrix:
    """Standardise each document over the corpus asked as queries: (scores - mean) / deviation; float32 (Q, N).

    `pseudo` (N, N) holds in row i what the documents score when document i is the query; what a document scores for
    itself does not count. It is `zscore(scores, axis=0)`, the standardisation along the document's column (Montague and
    Aslam, 2001), with documents in place of the batch's other queries. A document that scores the same for all becomes
    zero. Values beyond float32 are cut to its range.
    """
    return zscore_by(scores, document_statistics(pseudo))


def document_statistics(pseudo: FloatMatrix) -> NDArray[np.float64]:
    """What `zscore_by` needs to know of each document: a power of two, and mean and deviation of its scores by it.

    `pseudo` (N, N) as for `zscore_among`; float64 (3, N).
    """
    others = len(pseudo) - 1
    power = unit_power(pseudo, axis=0)
    seen = pseudo * power
    own = np.diagonal(seen).astype(np.float64)
    mean = (seen.sum(axis=0, dtype=np.float64) - own) / max(others, 1)
    gaps = np.square(seen - mean.astype(np.float32))
    np.fill_diagonal(gaps, 0)
    spread = np.sqrt(gaps.sum(axis=0, dtype=np.float64) / max(others, 1))
    return np.stack((power[0].astype(np.float64), mean, spread))


def zscore_by(scores: FloatMatrix, statistics: NDArray[np.float64]) -> FloatMatrix:
    """`zscore_among` where the documents' `document_statistics` (3, N) are known: (Q, N) -> float32 (Q, N)."""
    power, mean, spread = statistics
    centred = scores * power - mean
    result = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    most = float(np.finfo(np.float32).max)
    cut: FloatMatrix = np.clip(result, -most, most).astype(np.float32)
    return cut
