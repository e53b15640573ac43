"""SoftCentroid: add the mean of the query's first three documents to the query and score again.

One of the two example programs named by the method's author; the number three is ours. Cost: 1, as no text is encoded.
"""

from primitives import centroid, cosines, rocchio, top_k


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    moved = rocchio(q_emb, centroid(d_emb, top_k(sim, 3)))
    return cosines(moved, d_emb)
