"""Walk over the document graph, restarting at the query's own scores."""

import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    weights = np.clip(d_emb @ d_emb.T, 0, None) ** 2
    np.fill_diagonal(weights, 0)
    walk = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    start = np.exp(sim - sim.max(axis=1, keepdims=True))
    start /= start.sum(axis=1, keepdims=True)
    state = start
    for _ in range(10):
        state = 0.5 * start + 0.5 * state @ walk
    return state
