"""Drop the first principal component of the corpus from both sides."""

import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    centre = d_emb.mean(axis=0)
    _, _, axes = np.linalg.svd(d_emb - centre, full_matrices=False)
    common = axes[:1]
    queries, documents = q_emb - centre, d_emb - centre
    queries = queries - queries @ common.T @ common
    documents = documents - documents @ common.T @ common
    lengths = np.linalg.norm(queries, axis=1)[:, None] * np.linalg.norm(documents, axis=1)[None, :]
    return queries @ documents.T / np.maximum(lengths, 1e-9)
