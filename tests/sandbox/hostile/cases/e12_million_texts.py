"""Ask for a million embeddings; the call is split, and the budget ends it."""

EXPECT = "embed_budget"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    embed_fn(["x"] * 1_000_000)
    return sim
