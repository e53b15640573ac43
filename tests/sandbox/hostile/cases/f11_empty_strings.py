"""Ask for 4,096 empty strings: allowed, and each one is paid for."""

EXPECT = "ok"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    assert embed_fn([""] * 4096).shape == (4096, q_emb.shape[1])
    return sim
