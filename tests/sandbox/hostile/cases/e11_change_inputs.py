"""Change the inputs in place, for the programs that come after it."""

EXPECT = "ok"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    scores = sim.copy()
    q_emb[:], d_emb[:], sim[:] = 7, 7, 7
    return scores
