"""FirstSent: add the embedding of the first document's first sentence to the query and score again.

One of the two example programs named by the method's author. Cost: 1 + queries / (queries + documents).
"""

from primitives import cosines, rocchio, sentences, top_k


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    first = top_k(sim, 1)[:, 0]
    moved = rocchio(q_emb, embed_fn([sentences(d_texts[column])[0] for column in first]))
    return cosines(moved, d_emb)
