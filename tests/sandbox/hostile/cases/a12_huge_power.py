"""Compute a huge integer, during which no Python code runs."""

EXPECT = ("timeout", "memory")


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return 3 ** (10**9)
