"""Score documents by their cluster as well: k-means started from the farthest points of the corpus mean."""

import numpy as np


def cluster(vectors, count):
    centres = [vectors[np.argmin(vectors @ vectors.mean(axis=0))]]
    while len(centres) < count:
        nearest = np.max(vectors @ np.stack(centres).T, axis=1)
        centres.append(vectors[np.argmin(nearest)])
    centres = np.stack(centres)
    for _ in range(8):
        label = np.argmax(vectors @ centres.T, axis=1)
        for number in range(count):
            members = vectors[label == number]
            if len(members):
                centres[number] = members.mean(axis=0)
    return centres, label


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    count = max(1, int(np.sqrt(len(d_emb) / 2)))
    centres, label = cluster(d_emb, count)
    return sim + (q_emb @ centres.T)[:, label]
