"""Send half a frame, then nothing."""

import os
import time

EXPECT = "timeout"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    os.write(3, b"E\0\1\0\0[[")
    time.sleep(1000)
