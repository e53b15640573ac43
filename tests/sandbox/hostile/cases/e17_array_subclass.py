"""Return an array whose class interferes with every operation."""

import numpy as np

EXPECT = ("ok", "exception")


class Meddler(np.ndarray):
    def __array_finalize__(self, other):
        pass

    def __array_ufunc__(self, *arguments, **options):
        raise RuntimeError("not mine")


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return sim.view(Meddler)
