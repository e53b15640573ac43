"""Reciprocal rank fusion of the cosine and BM25 (Cormack, Clarke and Büttcher, 2009). Cost: 1."""

from primitives import lexical_index, reciprocal_rank_fusion


def index(d_emb, *, embed_fn, d_texts):
    return lexical_index(d_texts)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    return reciprocal_rank_fusion([sim, index.scores(q_texts)])
