"""BM25 alone: words instead of vectors (Robertson and Zaragoza, 2009). Cost: 1."""

from primitives import bm25


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return bm25(q_texts, d_texts)
