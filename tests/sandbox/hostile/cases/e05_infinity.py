"""Return infinities of both signs, whose sum would hide them."""

EXPECT = "non_finite"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    sim[0, 0], sim[0, 1] = float("inf"), float("-inf")
    return sim
