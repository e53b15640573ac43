import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return -np.sqrt(np.maximum(2 - 2 * sim, 0))
