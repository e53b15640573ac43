import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    centred = d_emb - d_emb.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    common = vectors[:, -1:]
    queries, documents = q_emb - q_emb @ common @ common.T, d_emb - d_emb @ common @ common.T
    return queries @ documents.T
