"""Dodeca-v077: Deca-Axis and two more channels, the rank fusion and the agreement of cosine, words and best chunk.

A reading of the published hint, not the published code. The published cost, 1.46, is 2.75 more texts for each
document under the pooled counting: consistent with the cap of three, not a reproduction (the tasks behind the figure
are not named).
"""

from primitives import (
    centroid,
    chunk_segments,
    cosines,
    coverage,
    lexical_index,
    mean_over_segments,
    median_fusion,
    nearest_neighbours,
    neighbour_scores,
    reciprocal_rank_fusion,
    rocchio,
    segment_index,
    segment_scores,
    top_k,
    zscore_fusion,
)


def index(d_emb, *, embed_fn, d_texts):
    return segment_index(d_texts, embed_fn, chunk_segments, 3), nearest_neighbours(d_emb, 5), lexical_index(d_texts)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    chunks, neighbours, word_index = index
    moved = rocchio(q_emb, centroid(d_emb, top_k(sim, 3)))
    lexical = word_index.scores(q_texts)
    best = segment_scores(q_emb, chunks.vectors, chunks.starts)
    channels = [
        sim,
        lexical,
        best,
        segment_scores(q_emb, chunks.vectors, chunks.starts, mean_over_segments),
        segment_scores(q_emb, chunks.vectors, chunks.starts, coverage),
        cosines(q_emb, chunks.vectors[chunks.starts]),
        cosines(moved, d_emb),
        segment_scores(moved, chunks.vectors, chunks.starts),
        neighbour_scores(sim, neighbours),
        neighbour_scores(lexical, neighbours),
        reciprocal_rank_fusion([sim, lexical, best]),
        median_fusion([sim, lexical, best]),
    ]
    return zscore_fusion(channels)
