"""Whiten both sides with the covariance of the documents, shrunk half-way to a sphere."""

import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    centre = d_emb.mean(axis=0)
    centred = d_emb - centre
    covariance = centred.T @ centred / len(d_emb)
    scale = np.trace(covariance) / covariance.shape[0] + 1e-9
    values, vectors = np.linalg.eigh(0.5 * covariance + 0.5 * scale * np.eye(len(covariance)))
    transform = vectors / np.sqrt(values)
    queries, documents = (q_emb - centre) @ transform, centred @ transform
    queries = queries / (np.linalg.norm(queries, axis=1, keepdims=True) + 1e-9)
    documents = documents / (np.linalg.norm(documents, axis=1, keepdims=True) + 1e-9)
    return queries @ documents.T
