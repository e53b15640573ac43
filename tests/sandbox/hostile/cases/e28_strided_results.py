"""Return a read-only view with negative strides in Fortran order."""

import numpy as np

EXPECT = "ok"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    scores = np.asfortranarray(sim[::-1, ::-1])[::-1, ::-1]
    scores.flags.writeable = False
    return scores
