"""LexicalHybridRRF: reciprocal rank fusion of the dense ranking and BM25.

A reading of the published hint, not the published code. The dense ranking is CoverageTriple's with BidirZScore's
second view of the documents: the published cost, 3.88, is CoverageTriple's 3.71 and one more pass over the documents
(0.17), which the pooled counting reproduces.
"""

from primitives import (
    chunk_segments,
    cosines,
    coverage,
    lexical_index,
    pair_segments,
    reciprocal_rank_fusion,
    segment_index,
    segment_scores,
    sentence_segments,
    sum_channels,
    zscore_fusion,
)


def index(d_emb, *, embed_fn, d_texts):
    levels = [
        segment_index(d_texts, embed_fn, sentence_segments),
        segment_index(d_texts, embed_fn, pair_segments),
        segment_index(d_texts, embed_fn, chunk_segments, 3),
    ]
    return levels, embed_fn(d_texts, role="query"), lexical_index(d_texts)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    levels, swapped, word_index = index
    best = [segment_scores(q_emb, level.vectors, level.starts) for level in levels]
    covered = [segment_scores(q_emb, level.vectors, level.starts, coverage) for level in levels]
    dense = zscore_fusion([sim, cosines(q_emb, swapped), sum_channels(best), sum_channels(covered)])
    lexical = word_index.scores(q_texts)
    return reciprocal_rank_fusion([dense, lexical])
