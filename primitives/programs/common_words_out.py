"""Probed Hubs, less half of what the commoner half of the query's words explains.

The words of a query that most documents hold are encoded by themselves; half of what they explain of the cosine is
taken off, so that the words that make the query particular count more. Inductive. Cost: a text for each query.

From a program that a language model wrote in a run of this harness (OwnGenericPart, the 78th of 80); shorter here.
"""

import numpy as np

from primitives import (
    common_halves,
    cosines,
    hub_level,
    lead,
    passage_index,
    probes,
    share_read,
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


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    sizes, levels, weight = index
    dense, said = map(without_part, [zscore(sim), say(sizes, q_texts)], levels)
    common = embed_fn(common_halves(sizes[0], q_texts), role="query")
    dense = without_part(zscore(dense), cosines(common, d_emb), 0.5)
    return zscore(dense) * weight + said
