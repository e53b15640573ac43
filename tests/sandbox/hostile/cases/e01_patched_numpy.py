"""Make numpy lie about NaN."""

import numpy as np

EXPECT = "non_finite"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    np.isfinite = lambda array: np.ones(np.shape(array), bool)
    return sim * np.nan
