import heapq
from functools import cache, partial
from itertools import islice

import numpy as np


@cache
def words(text):
    return frozenset(text.lower().split())


def overlap(query, text):
    return len(words(query) & words(text)) / (1 + len(words(text)))


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    scores = sim.astype(np.float64)
    for row, query in enumerate(q_texts):
        similarity = partial(overlap, query)
        for column in islice(heapq.nlargest(10, range(len(d_texts)), key=lambda j: sim[row, j]), 5):
            scores[row, column] += 0.1 * similarity(d_texts[column])
    return scores
