"""Speak to the parent on the raw descriptor, to lower the cost."""

import os

EXPECT = "protocol_error"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    os.write(3, b"C\4\0\0\0\0\0\0\0")
    return sim
