"""Return scores that overflow on conversion."""

import numpy as np

EXPECT = "non_finite"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return (sim + 1e300).astype(np.float64) * np.ones_like(sim, dtype=np.float64)
