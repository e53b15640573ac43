import math
import re
from collections import Counter

import numpy as np

WORD = re.compile(r"\w+")


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    k1, b = 1.2, 0.75
    documents = [Counter(WORD.findall(text.lower())) for text in d_texts]
    lengths = np.array([sum(counts.values()) for counts in documents], dtype=float)
    frequency = Counter(word for counts in documents for word in counts)
    norm = k1 * (1 - b + b * lengths / max(lengths.mean(), 1.0))
    lexical = np.zeros_like(sim, dtype=float)
    for i, query in enumerate(q_texts):
        for word in WORD.findall(query.lower()):
            idf = math.log(1 + (len(documents) - frequency[word] + 0.5) / (frequency[word] + 0.5))
            counts = np.array([counts[word] for counts in documents], dtype=float)
            lexical[i] += idf * counts * (k1 + 1) / (counts + norm)
    return sim + 0.1 * lexical
