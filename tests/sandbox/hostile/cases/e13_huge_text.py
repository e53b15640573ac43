"""Ask for the embedding of one text of 50 MB."""

EXPECT = ("exception", "memory")


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    embed_fn(["x" * 50_000_000])
    return sim
