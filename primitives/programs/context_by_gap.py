"""Context by Gap: spend on the queries whose first two documents are close to each other.

A query that cannot tell its first two documents apart is encoded again with the beginning of its first document, and
ranked by both cosines; the others stay as they are and cost nothing. The threshold asks about half the queries of the
documentation tasks.
Inductive. Cost: at most 1 + queries / (queries + documents).
"""

import numpy as np

from primitives import cosines, lead, score_gap, top_k, zscore_fusion

MOST = 1  # nearest documents whose beginnings are put beside a query that is asked again
GAP = 0.5  # standard deviations between the first and the second document below which they are close


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    asked = np.flatnonzero(score_gap(sim) < GAP)
    scores = sim.copy()
    if len(asked) == 0:
        return scores
    nearest = top_k(sim[asked], MOST)
    pairs = zip(asked, nearest, strict=True)
    texts = [f"{q_texts[row]} {lead(d_texts[one])}" for row, columns in pairs for one in columns]
    again = embed_fn(texts, role="query").reshape(len(asked), nearest.shape[1], -1).mean(axis=1)
    scores[asked] = zscore_fusion([sim[asked], cosines(again, d_emb)])
    return scores
