"""Print for ever."""

EXPECT = "output_limit"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    while True:
        print("x" * 1000)
