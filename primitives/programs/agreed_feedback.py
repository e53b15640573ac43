"""Probed Hubs, and feedback where it is safe: where the top is open, and where cosine and words agree on it.

The query moves to the mean of its ten best documents, weighted by a softmax of their scores. What that finds is added
as far as no single document has all the weight, times the root of the share of the cosine's ten best documents that are
among the words' ten best as well. Inductive. Cost: 1.

From a program that a language model wrote in a run of this harness (AloneWithFeedback, the 67th of 80); shorter here.
"""

import numpy as np

from primitives import (
    cosines,
    hub_level,
    lead,
    passage_index,
    probes,
    ranks,
    share_read,
    top_k,
    unit_rows,
    without_part,
    zscore,
    zscore_fusion,
)


def say(sizes, texts):
    views = {"words": 1, "pairs": 0.5, "near": 0.5, "runs": 1}
    return zscore_fusion([np.sqrt(each.scores(texts, views)) for each in sizes]) / 2


def index(d_emb, *, embed_fn, d_texts):
    sizes, columns = [passage_index(d_texts), passage_index(d_texts, 100)], probes(d_texts)
    probing = [zscore(cosines(d_emb[columns], d_emb)), say(sizes, [lead(d_texts[column]) for column in columns])]
    return sizes, [hub_level(each, columns) for each in probing], np.float32(np.sqrt(share_read(sizes[0])))


def softmax(heights):
    powers = np.exp(heights - heights[:, :1])
    return powers / powers.sum(axis=1, keepdims=True)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    sizes, levels, weight = index
    dense, said = map(without_part, [zscore(sim), say(sizes, q_texts)], levels)
    scores = dense * weight + said
    best = top_k(scores, 10, then=sim)
    share = softmax(2 * np.take_along_axis(scores, best, axis=1))
    found = unit_rows((share[:, :, None] * d_emb[best]).sum(axis=1, dtype=np.float64))
    moved = without_part(zscore(cosines(found, d_emb)), levels[0])
    agreed = ((ranks(dense) <= 10) & (ranks(said) <= 10)).sum(axis=1, keepdims=True) / np.float32(10)
    return scores + (1 - share[:, :1]) * np.sqrt(agreed) * moved * weight
