"""Score a document by its best sentence."""

import re

import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    texts, owners = [], []
    for number, text in enumerate(d_texts):
        parts = [part for part in re.split(r"(?<=[.!?])\s+", text) if part.strip()] or [text]
        texts.extend(parts)
        owners.extend([number] * len(parts))
    similarity = q_emb @ embed_fn(texts).T
    best = np.full(sim.shape, -np.inf, dtype=np.float32)
    np.maximum.at(best, (slice(None), np.array(owners)), similarity)
    return best + sim
