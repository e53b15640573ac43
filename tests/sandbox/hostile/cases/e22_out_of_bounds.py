"""Read far outside an array."""

import numpy as np

EXPECT = ("crashed", "memory", "exception")


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return np.lib.stride_tricks.as_strided(sim, (1 << 20,), (1 << 30,)).sum()
