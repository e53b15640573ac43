"""Close the conversation and go on running."""

import os

EXPECT = "protocol_error"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    os.close(3)
    while True:
        pass
