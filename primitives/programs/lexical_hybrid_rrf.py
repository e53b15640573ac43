"""LexicalHybridRRF: reciprocal rank fusion of the dense ranking and BM25.

A reading of the published hint, not the published code. The dense ranking is CoverageTriple's with BidirZScore's
second view of the documents: the published cost, 3.88, is CoverageTriple's 3.71 and one more pass over the documents
(0.17), which the pooled counting reproduces.
"""

from primitives import (
    bm25,
    chunk_segments,
    cosines,
    coverage,
    pair_segments,
    reciprocal_rank_fusion,
    segment_scores,
    sentence_segments,
    sum_channels,
    zscore_fusion,
)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    cuts = [sentence_segments(d_texts), pair_segments(d_texts), chunk_segments(d_texts, 3)]
    vectors = [embed_fn(cut.texts) for cut in cuts]
    best = [segment_scores(q_emb, emb, cut.starts) for emb, cut in zip(vectors, cuts, strict=True)]
    covered = [segment_scores(q_emb, emb, cut.starts, coverage) for emb, cut in zip(vectors, cuts, strict=True)]
    swapped = cosines(q_emb, embed_fn(d_texts, role="query"))
    dense = zscore_fusion([sim, swapped, sum_channels(best), sum_channels(covered)])
    lexical = bm25(q_texts, d_texts)
    return reciprocal_rank_fusion([dense, lexical])
