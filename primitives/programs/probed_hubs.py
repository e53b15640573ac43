"""Near Words, less what hubs score: a hundred documents' openings stand for the other queries.

How high a document stands for what a hundred others say first is a level that it owes to no query; on either side, the
cosine's and the words', each row loses what this level explains of it. Inductive. Cost: 1.

From a program that a language model wrote in a run of this harness (ProbedAlone, the 47th of 80); shorter here.
"""

import numpy as np

from primitives import (
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
    return dense * weight + said
