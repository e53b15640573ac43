"""Reciprocal rank fusion of the cosine and BM25 (Cormack, Clarke and Büttcher, 2009). Cost: 1."""

from primitives import bm25, reciprocal_rank_fusion


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return reciprocal_rank_fusion([sim, bm25(q_texts, d_texts)])
