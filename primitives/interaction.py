"""Late interaction: from a query's similarity to segments to its score of the document they come from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.arrays import FloatMatrix, IndexArray
from primitives.memory import recall
from primitives.products import cosines
from primitives.segments import Segments, chunk_segments

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


@dataclass(frozen=True)
class SegmentIndex:
    """The vectors of the segments of N documents, for any query. `segment_index` makes it."""

    starts: IndexArray
    """Position of each document's first segment; int64 (N,), as in `Segments`."""

    vectors: FloatMatrix
    """What the encoder said of each segment; float32 unit rows (S, dim)."""

    texts: list[str]
    """The segments themselves; none where they were not kept."""

    def scores(
        self, q_emb: FloatMatrix, pool: Callable[[FloatMatrix, IndexArray], FloatMatrix] = max_over_segments
    ) -> FloatMatrix:
        """`segment_scores` of unit rows (Q, dim): float32 (Q, N)."""
        return segment_scores(q_emb, self.vectors, self.starts, pool)


SEGMENT_MEMORY: list[tuple[object, Sequence[str], SegmentIndex]] = []


def segment_index(
    d_texts: Sequence[str],
    embed_fn: Callable[[Sequence[str]], FloatMatrix],
    cut: Callable[[Sequence[str], int], Segments] = chunk_segments,
    most: int = 8,
    *,
    texts: bool = False,
) -> SegmentIndex:
    """Cut N documents into at most `most` segments each and encode them once: `.scores(q_emb, pool)` float32 (Q, N).

    `.vectors` and `.starts` go to `segment_scores`. The last few indexes are remembered by documents, cut and
    `embed_fn`: the same documents cost no text again, and where others stand behind them, those alone are encoded.
    `texts` keeps the segments themselves, for `best_segments`.
    """

    def make(documents: Sequence[str]) -> SegmentIndex:
        found = cut(documents, most)
        return SegmentIndex(found.starts, embed_fn(found.texts), found.texts if texts else [])

    return recall(
        SEGMENT_MEMORY,
        (embed_fn, cut, most, texts),
        list(d_texts),
        make,
        lambda index, more: join_segments(index, make(more)),
    )


def join_segments(old: SegmentIndex, new: SegmentIndex) -> SegmentIndex:
    """The index of the old documents and, after them, the new ones."""
    starts = np.concatenate((old.starts, new.starts + len(old.vectors)))
    return SegmentIndex(starts, np.concatenate((old.vectors, new.vectors)), [*old.texts, *new.texts])


def best_segments(
    q_emb: FloatMatrix, segment_emb: FloatMatrix, segments: Segments | SegmentIndex, columns: IndexArray
) -> list[str]:
    """Text of the segment nearest to each query within one document per query; `columns` (Q,) names the documents.

    A `SegmentIndex` must have kept its texts.
    """
    ends = np.append(segments.starts[1:], len(segments.texts))
    chosen = []
    for query, column in zip(q_emb, columns.tolist(), strict=True):
        start = int(segments.starts[column])
        chosen.append(segments.texts[start + int(np.argmax(segment_emb[start : ends[column]] @ query))])
    return chosen
