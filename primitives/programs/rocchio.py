"""Rocchio: towards the mean of the first three documents, away from the mean of the eighth to tenth, and score again.

Rocchio, 1971, with pseudo-relevance; the depths three and ten are structural choices. Cost: 1.
"""

from primitives import centroid, cosines, rocchio, top_k


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    best = top_k(sim, 10)
    moved = rocchio(q_emb, centroid(d_emb, best[:, :3]), centroid(d_emb, best[:, -3:]))
    return cosines(moved, d_emb)
