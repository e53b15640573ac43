"""CrossRoundRRF: two rounds of feedback, and the rankings of all rounds fused by RRF.

A reading of the published hint, not the published code. A round moves the query to the mean of the first three
documents; it encodes nothing, so the cost is LexicalHybridRRF's. Published 3.92 against 3.88: the difference of 0.04,
a quarter of a text for each document, is not reproduced.
"""

from primitives import (
    bm25,
    centroid,
    chunk_segments,
    cosines,
    coverage,
    pair_segments,
    reciprocal_rank_fusion,
    rocchio,
    segment_scores,
    sentence_segments,
    sum_channels,
    top_k,
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

    def rank(queries):
        return reciprocal_rank_fusion([zscore_fusion([dense, cosines(queries, d_emb)]), lexical])

    rounds = [reciprocal_rank_fusion([dense, lexical])]
    for _ in range(2):
        rounds.append(rank(rocchio(q_emb, centroid(d_emb, top_k(rounds[-1], 3, then=sim)))))
    return reciprocal_rank_fusion(rounds)
