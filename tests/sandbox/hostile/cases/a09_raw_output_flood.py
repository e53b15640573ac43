"""Write to standard error behind Python's back, for ever."""

import os

EXPECT = "output_limit"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    while True:
        os.write(2, bytes(4096))
