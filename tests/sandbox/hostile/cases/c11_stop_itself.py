"""Stop its own process, so that it neither runs nor ends."""

import os
import signal

EXPECT = "exception"
CONTROL = "timeout"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    os.kill(os.getpid(), signal.SIGSTOP)
    return sim
