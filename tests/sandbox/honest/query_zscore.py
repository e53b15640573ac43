"""Standardise every row of the cosine matrix."""

import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    mean = sim.mean(axis=1, keepdims=True)
    deviation = sim.std(axis=1, keepdims=True)
    return (sim - mean) / np.maximum(deviation, 1e-9)
