"""BM25 with an inverted index of counters."""

import math
import re
from collections import Counter, defaultdict

import numpy as np


def tokenise(text):
    return re.findall(r"[a-z0-9]+", text.lower())


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    postings = defaultdict(list)
    lengths = []
    for number, text in enumerate(d_texts):
        counts = Counter(tokenise(text))
        lengths.append(sum(counts.values()))
        for word, count in counts.items():
            postings[word].append((number, count))
    mean_length = max(sum(lengths) / len(lengths), 1.0)
    scores = np.zeros(sim.shape)
    for row, text in enumerate(q_texts):
        for word, times in Counter(tokenise(text)).items():
            held = postings.get(word, [])
            idf = math.log(1 + (len(d_texts) - len(held) + 0.5) / (len(held) + 0.5))
            for number, count in held:
                norm = 1.2 * (0.25 + 0.75 * lengths[number] / mean_length)
                scores[row, number] += times * idf * count * 2.2 / (count + norm)
    return scores
