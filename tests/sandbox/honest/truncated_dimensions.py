"""Add the cosine of the first half of the vector, and of its first quarter."""

import numpy as np


def cosine(left, right, width):
    left, right = left[:, :width], right[:, :width]
    left = left / (np.linalg.norm(left, axis=1, keepdims=True) + 1e-12)
    right = right / (np.linalg.norm(right, axis=1, keepdims=True) + 1e-12)
    return left @ right.T


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    dim = q_emb.shape[1]
    return sim + cosine(q_emb, d_emb, dim // 2) + cosine(q_emb, d_emb, dim // 4)
