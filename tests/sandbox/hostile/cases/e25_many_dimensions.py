"""Announce a result with 255 dimensions that are not there."""

import os

EXPECT = "protocol_error"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    os.write(3, b"R\2\0\0\0f\xff")
    return sim
