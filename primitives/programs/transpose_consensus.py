"""Transpose-Consensus: the median of four channels, each standardised along the document's column over the queries.

A reading of the published hint, not the published code. The channels are the cosine, BM25, the best and the mean of
at most three chunks; other queries of the batch matter (transductive). The published cost, 1.50, is three more texts
for each document under the pooled counting, which is the cap itself: consistent, not a reproduction (the tasks behind
the figure are not named).
"""

from primitives import chunk_segments, lexical_index, mean_over_segments, median_fusion, segment_index, segment_scores


def index(d_emb, *, embed_fn, d_texts):
    return segment_index(d_texts, embed_fn, chunk_segments, 3), lexical_index(d_texts)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    chunks, word_index = index
    best = segment_scores(q_emb, chunks.vectors, chunks.starts)
    mean = segment_scores(q_emb, chunks.vectors, chunks.starts, mean_over_segments)
    return median_fusion([sim, word_index.scores(q_texts), best, mean], axis=0)
