"""ZeroCost-Consensus: the median of four free channels, so that no single one can carry a document far.

A reading of the published hint, not the published code. The channels are the cosine, BM25, the moved query's cosine
and the cosine of a document's neighbours; three feedback documents and five neighbours are structural choices. Cost:
1, as published.
"""

from primitives import (
    centroid,
    cosines,
    lexical_index,
    median_fusion,
    nearest_neighbours,
    neighbour_scores,
    rocchio,
    top_k,
)


def index(d_emb, *, embed_fn, d_texts):
    return nearest_neighbours(d_emb, 5), lexical_index(d_texts)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    moved = rocchio(q_emb, centroid(d_emb, top_k(sim, 3)))
    neighbours, word_index = index
    around = neighbour_scores(sim, neighbours)
    return median_fusion([sim, word_index.scores(q_texts), cosines(moved, d_emb), around])
