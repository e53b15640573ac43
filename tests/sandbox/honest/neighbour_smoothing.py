"""Add to each document the scores of its five nearest documents."""

import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    nearness = d_emb @ d_emb.T
    np.fill_diagonal(nearness, -np.inf)
    nearest = np.argsort(-nearness, axis=1, kind="stable")[:, : min(5, len(d_emb) - 1)]
    if not nearest.size:
        return sim
    return sim + sim[:, nearest].mean(axis=2)
