"""Sum of the z-scored cosine and the z-scored BM25 (CombSUM; Montague and Aslam, 2001). Cost: 1."""

from primitives import bm25, zscore_fusion


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return zscore_fusion([sim, bm25(q_texts, d_texts)])
