"""Fuse rounds of feedback, keeping the state in a closure."""

from functools import reduce
from itertools import islice

import numpy as np


def rounds(q_emb, d_emb):
    state = q_emb

    def step():
        nonlocal state
        scores = state @ d_emb.T
        best = np.argmax(scores, axis=1)
        state = state + d_emb[best]
        state = state / np.linalg.norm(state, axis=1, keepdims=True)
        return scores

    while True:
        yield step()


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return reduce(np.add, islice(rounds(q_emb, d_emb), 3)) / 3
