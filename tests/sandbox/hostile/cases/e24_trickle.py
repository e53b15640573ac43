"""Send a big frame a byte at a time."""

import os
import time

EXPECT = "timeout"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    os.write(3, b"E\0\0\x10\0")
    while True:
        os.write(3, b"[")
        time.sleep(0.001)
