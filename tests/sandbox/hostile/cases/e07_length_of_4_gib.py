"""Announce a frame of 4 GiB."""

import os

EXPECT = "protocol_error"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    os.write(3, b"R\xff\xff\xff\xff")
    return sim
