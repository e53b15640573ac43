"""Sentence MaxSim: a document is as good as its best sentence (MaxP; Dai and Callan, 2019).

At most eight sentences of a document, evenly spaced. Cost: 1 + sentences / (queries + documents).
"""

from primitives import segment_index, segment_scores, sentence_segments


def index(d_emb, *, embed_fn, d_texts):
    return segment_index(d_texts, embed_fn, sentence_segments)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    return segment_scores(q_emb, index.vectors, index.starts)
