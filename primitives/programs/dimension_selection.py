"""Keep the half of the dimensions on which a query and its first three documents agree most, and score again.

Dimension importance estimation from pseudo-relevant documents (Faggioli, Ferro, Perego and Tonellotto, 2024); three
documents and one half are structural choices. Cost: 1.
"""

from primitives import centroid, cosines, select_dimensions, top_k, unit_rows


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    kept = select_dimensions(q_emb, centroid(d_emb, top_k(sim, 3)))
    return cosines(unit_rows(kept), d_emb)
