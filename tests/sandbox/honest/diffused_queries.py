"""Let alike queries of the batch share their scores (transductive)."""

import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    alike = np.exp(4 * (q_emb @ q_emb.T - 1))
    alike /= alike.sum(axis=1, keepdims=True)
    try:
        shared = np.linalg.solve(np.eye(len(alike)) - 0.5 * alike, sim)
    except np.linalg.LinAlgError:
        shared = sim
    return shared
