"""Probed Hubs: Word Pairs, less what hubs score; the openings of a hundred documents stand for the other queries.

The mean of the ten best scores of a document among these probes is a level that it owes to no query. On either side,
the cosine's and the words', each row loses what the level explains of it: the residual of a regression whose slope is
shrunk by the correlation. With the batch's queries for probes the level is that of cross-domain similarity local
scaling (Conneau, Lample, Ranzato, Denoyer and Jégou, 2018). Inductive. Cost: 1.

From a program that a language model wrote in a run of this harness (ProbedAlone, the 47th of 80); on Word Pairs here.
"""

import numpy as np

from primitives import cosines, lead, passage_index, share_read, zscore, zscore_fusion


def say(sizes, texts):
    return zscore_fusion([each.scores(texts) for each in sizes]) / 2


def probes(d_texts):
    """At most a hundred documents, drawn evenly from the texts in sorted order, whatever order they come in."""
    order = sorted(range(len(d_texts)), key=lambda column: d_texts[column])
    return np.array(order[:: -(-len(order) // 100)])


def hub_level(probing, columns):
    """Mean of each document's ten best scores among the probes, where it has 0 for what it says itself; (1, N)."""
    probing[np.arange(len(columns)), columns] = 0
    return np.sort(probing, axis=0)[-10:].mean(axis=0, keepdims=True)


def without_part(scores, part, share=1):
    """Each row less a share of what the part explains of it; the part is a row, or a row for each query."""
    part = zscore(part)
    alike = (zscore(scores) * part).mean(axis=1, keepdims=True)
    return scores - share * alike * np.abs(alike) * scores.std(axis=1, keepdims=True) * part


def index(d_emb, *, embed_fn, d_texts):
    sizes, columns = [passage_index(d_texts), passage_index(d_texts, 100)], probes(d_texts)
    probing = [zscore(cosines(d_emb[columns], d_emb)), say(sizes, [lead(d_texts[column]) for column in columns])]
    return sizes, [hub_level(each, columns) for each in probing], np.float32(np.sqrt(share_read(sizes[0])))


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    sizes, levels, weight = index
    dense, said = map(without_part, [zscore(sim), say(sizes, q_texts)], levels)
    return dense * weight + said
