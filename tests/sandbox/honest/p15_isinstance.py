import statistics
import string
import unicodedata
from collections import defaultdict
from fractions import Fraction
from operator import itemgetter

import numpy as np


class Scorer:
    __slots__ = ("weights",)

    def __init__(self):
        self.weights = defaultdict(float)

    def __len__(self):
        return len(self.weights)

    def __getitem__(self, key):
        return self.weights[key]


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    scorer = Scorer()
    for index, text in enumerate(d_texts):
        plain = unicodedata.normalize("NFKD", text).strip(string.punctuation)
        scorer.weights[index] = float(Fraction(len(plain.split()), 10)) if isinstance(plain, str) else 0.0
    middle = statistics.median(scorer.weights.values())
    try:
        best = max(scorer.weights.items(), key=itemgetter(1))
    except ValueError:
        best = (0, 1.0)
    penalty = [abs(scorer[index] - middle) / (best[1] + 1e-9) for index in range(len(scorer))]
    return sim - 0.01 * np.array(penalty)[None, :]
