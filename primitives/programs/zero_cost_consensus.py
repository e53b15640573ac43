"""ZeroCost-Consensus: the median of four free channels, so that no single one can carry a document far.

A reading of the published hint, not the published code. The channels are the cosine, BM25, the moved query's cosine
and the cosine of a document's neighbours; three feedback documents and five neighbours are structural choices. Cost:
1, as published.
"""

from primitives import (
    bm25,
    centroid,
    cosines,
    median_fusion,
    nearest_neighbours,
    neighbour_scores,
    rocchio,
    top_k,
)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    moved = rocchio(q_emb, centroid(d_emb, top_k(sim, 3)))
    around = neighbour_scores(sim, nearest_neighbours(d_emb, 5))
    return median_fusion([sim, bm25(q_texts, d_texts), cosines(moved, d_emb), around])
