"""Context Feedback: encode every query again with the beginning of its first document.

Both cosines are standardised and added. What the programs that spend on some queries alone are held against.
Inductive. Cost: 1 + queries / (queries + documents).
"""

from primitives import cosines, lead, top_k, zscore_fusion

MOST = 1  # nearest documents whose beginnings are put beside a query that is asked again


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    nearest = top_k(sim, MOST)
    pairs = zip(q_texts, nearest, strict=True)
    texts = [f"{text} {lead(d_texts[one])}" for text, columns in pairs for one in columns]
    if not texts:
        return sim
    again = embed_fn(texts, role="query").reshape(len(q_texts), nearest.shape[1], -1).mean(axis=1)
    return zscore_fusion([sim, cosines(again, d_emb)])
