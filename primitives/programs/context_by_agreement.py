"""Context by Agreement: spend on the queries whose first documents by cosine and by words differ.

A query that cosine and BM25 answer with other documents is encoded again with the beginning of its first document, and
ranked by both cosines; the others stay as they are and cost nothing. The threshold asks about half the queries of the
documentation tasks.
Inductive. Cost: at most 1 + queries / (queries + documents).
"""

import numpy as np

from primitives import cosines, lead, lexical_index, shared_first, top_k, zscore_fusion

MOST = 1  # nearest documents whose beginnings are put beside a query that is asked again
SHARED = 5  # of the first ten documents, so many in common are agreement


def index(d_emb, *, embed_fn, d_texts):
    return lexical_index(d_texts)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    asked = np.flatnonzero(shared_first(sim, index.scores(q_texts)) < SHARED)
    scores = sim.copy()
    if len(asked) == 0:
        return scores
    nearest = top_k(sim[asked], MOST)
    pairs = zip(asked, nearest, strict=True)
    texts = [f"{q_texts[row]} {lead(d_texts[one])}" for row, columns in pairs for one in columns]
    again = embed_fn(texts, role="query").reshape(len(asked), nearest.shape[1], -1).mean(axis=1)
    scores[asked] = zscore_fusion([sim[asked], cosines(again, d_emb)])
    return scores
