"""End the process at once with status 0."""

import os

EXPECT = "exited"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    os._exit(0)
