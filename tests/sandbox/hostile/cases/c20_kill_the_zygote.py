"""Kill the process that it was forked from."""

import os
import signal

EXPECT = "exception"
CONTROL = "harness_error"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    os.kill(os.getppid(), signal.SIGKILL)
    while True:
        pass
