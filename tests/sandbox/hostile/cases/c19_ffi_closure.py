"""Have the foreign function library write a trampoline; harmless, but it must not hang or hurt the parent."""

import ctypes

EXPECT = ("ok", "memory", "exception", "crashed")
CONTROL = None


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 42)()
    return sim
