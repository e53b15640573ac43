"""Mean of the cosine in both prompt roles."""

import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    as_queries = embed_fn(d_texts, role="query")
    as_documents = embed_fn(q_texts, role="document")
    return np.mean([sim, q_emb @ as_queries.T, as_documents @ d_emb.T], axis=0)
