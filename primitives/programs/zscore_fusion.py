"""Sum of the z-scored cosine and the z-scored BM25 (CombSUM; Montague and Aslam, 2001). Cost: 1."""

from primitives import lexical_index, zscore_fusion


def index(d_emb, *, embed_fn, d_texts):
    return lexical_index(d_texts)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    return zscore_fusion([sim, index.scores(q_texts)])
