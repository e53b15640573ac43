"""Reciprocal rank fusion of the cosine and of shared words."""

import re

import numpy as np


def positions(scores):
    order = np.argsort(-scores, axis=1, kind="stable")
    found = np.empty_like(order)
    np.put_along_axis(found, order, np.arange(scores.shape[1])[None, :], axis=1)
    return found


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    asked = [frozenset(re.findall(r"\w+", text.lower())) for text in q_texts]
    held = [frozenset(re.findall(r"\w+", text.lower())) for text in d_texts]
    shared = np.array([[len(query & document) / (1 + len(query)) for document in held] for query in asked])
    shared = shared + 1e-6 * sim
    return 1 / (60 + positions(sim)) + 1 / (60 + positions(shared))
