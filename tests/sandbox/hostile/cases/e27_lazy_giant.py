"""Return a view with 10^12 elements that takes no memory."""

import numpy as np

EXPECT = "bad_shape"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return np.broadcast_to(sim[0, 0], (1_000_000, 1_000_000))
