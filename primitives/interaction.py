"""Late interaction: from a query's similarity to segments to its score of the document they come from."""

from collections.abc import Callable

import numpy as np

from primitives.arrays import FloatMatrix, IndexArray
from primitives.products import cosines
from primitives.segments import Segments

BLOCK_FLOATS = 1 << 24
"""Similarities held at once (64 MiB): a large task has more query-segment pairs than fit in memory."""


def max_over_segments(similarity: FloatMatrix, starts: IndexArray) -> FloatMatrix:
    """Best segment of each document: (Q, S) -> float32 (Q, N). `starts` as in `Segments`.

    MaxP of Dai and Callan, 2019; with one vector per token it would be ColBERT's MaxSim (Khattab and Zaharia, 2020).
    """
    best: FloatMatrix = np.maximum.reduceat(similarity, starts, axis=1)
    return best


def mean_over_segments(similarity: FloatMatrix, starts: IndexArray) -> FloatMatrix:
    """Mean segment of each document: (Q, S) -> float32 (Q, N)."""
    sizes = np.diff(np.append(starts, similarity.shape[1]))
    total = np.add.reduceat(similarity, starts, axis=1, dtype=np.float64)
    return (total / sizes).astype(np.float32)


def top_over_segments(similarity: FloatMatrix, starts: IndexArray, k: int = 3) -> FloatMatrix:
    """Mean of the best min(k, number of segments) segments of each document: (Q, S) -> float32 (Q, N)."""
    sizes = np.diff(np.append(starts, similarity.shape[1]))
    width = int(sizes.max())
    slot = np.arange(width)
    filled = slot < sizes[:, None]
    columns = np.where(filled, starts[:, None] + slot, 0)
    # (Q, N, width), where the slots a short document lacks lie below every similarity.
    padded = np.where(filled, similarity[:, columns], -np.inf).astype(np.float32)
    best = -np.sort(-padded, axis=2)[:, :, :k]
    total = np.where(np.isfinite(best), best, 0).sum(axis=2, dtype=np.float64)
    mean: FloatMatrix = (total / np.minimum(sizes, k)).astype(np.float32)
    return mean


def coverage(similarity: FloatMatrix, starts: IndexArray) -> FloatMatrix:
    """Share of each document's segments that the query likes more than its mean segment: (Q, S) -> float32 (Q, N)."""
    liked = (similarity > similarity.mean(axis=1, keepdims=True, dtype=np.float64)).astype(np.float32)
    return mean_over_segments(liked, starts)


def segment_scores(
    q_emb: FloatMatrix,
    segment_emb: FloatMatrix,
    starts: IndexArray,
    pool: Callable[[FloatMatrix, IndexArray], FloatMatrix] = max_over_segments,
) -> FloatMatrix:
    """Pool the cosine of each query with each document's segments: float32 (Q, N).

    q_emb (Q, dim) and segment_emb (S, dim) are unit rows; works through blocks of queries to bound memory.
    """
    rows = max(1, BLOCK_FLOATS // max(len(segment_emb), 1))
    blocks = [pool(cosines(q_emb[start : start + rows], segment_emb), starts) for start in range(0, len(q_emb), rows)]
    return np.concatenate(blocks)


def best_segments(q_emb: FloatMatrix, segment_emb: FloatMatrix, segments: Segments, columns: IndexArray) -> list[str]:
    """Text of the segment nearest to each query within one document per query; `columns` (Q,) names the documents."""
    ends = np.append(segments.starts[1:], len(segments.texts))
    chosen = []
    for query, column in zip(q_emb, columns.tolist(), strict=True):
        start = int(segments.starts[column])
        chosen.append(segments.texts[start + int(np.argmax(segment_emb[start : ends[column]] @ query))])
    return chosen
