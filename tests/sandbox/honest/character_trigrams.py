"""Dice coefficient of character trigrams, added to the cosine where it is high."""

import numpy as np


def trigrams(text):
    text = " ".join(text.lower().split())
    return {text[start : start + 3] for start in range(len(text) - 2)}


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    documents = [trigrams(text) for text in d_texts]
    scores = sim.astype(np.float64)
    for row, text in enumerate(q_texts):
        query = trigrams(text)
        for column, document in enumerate(documents):
            dice = 2 * len(query & document) / max(len(query) + len(document), 1)
            scores[row, column] += dice
    return scores
