"""BM25 alone: words instead of vectors (Robertson and Zaragoza, 2009). Cost: 1."""

from primitives import lexical_index


def index(d_emb, *, embed_fn, d_texts):
    return lexical_index(d_texts)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    return index.scores(q_texts)
