"""Sentence MaxSim: a document is as good as its best sentence (MaxP; Dai and Callan, 2019).

At most eight sentences of a document, evenly spaced. Cost: 1 + sentences / (queries + documents).
"""

from primitives import segment_scores, sentence_segments


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    cut = sentence_segments(d_texts)
    return segment_scores(q_emb, embed_fn(cut.texts), cut.starts)
