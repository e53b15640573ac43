"""Graphs of similar documents: neighbours, smoothing and centrality."""

import numpy as np

from primitives.arrays import FloatMatrix, FloatStack, IndexArray
from primitives.neighbours import neighbour_index
from primitives.normalise import unit_power


def nearest_neighbours(vectors: FloatMatrix, k: int) -> IndexArray:
    """The min(k, N - 1) nearest other rows by inner product, nearest first: (N, dim) -> int64 (N, min(k, N - 1))."""
    return neighbour_index(vectors, k).ids.copy()  # a remembered index must not change


def neighbour_scores(scores: FloatMatrix, neighbours: IndexArray) -> FloatMatrix:
    """Mean score of each document's neighbours, zero without any: (Q, N) and (N, k) -> float32 (Q, N).

    Added to the scores it regularises them over the corpus graph (Diaz, 2007).
    """
    mean = np.zeros_like(scores)
    for column in neighbours.T:
        mean += scores[:, column] / np.float32(neighbours.shape[1])  # divided first, or the sum might overflow
    return mean


def candidate_graphs(vectors: FloatMatrix, candidates: IndexArray) -> FloatStack:
    """Cosine of every two candidates of each query, negative ones and each one's own set to 0.

    Unit rows (N, dim) and columns (Q, k) -> float32 (Q, k, k).
    """
    chosen = vectors[candidates]
    weights: FloatStack = np.maximum(chosen @ chosen.transpose(0, 2, 1), 0)
    itself = np.arange(candidates.shape[1])
    weights[:, itself, itself] = 0
    return weights


def pagerank(weights: FloatStack, damping: float = 0.85, steps: int = 50) -> FloatMatrix:
    """PageRank of the nodes of each weighted graph, by power iteration: (Q, k, k) -> float32 (Q, k), rows add to 1.

    Brin and Page, 1998, with their damping; `weights[q, i, j]` is the edge from i to j. A node without edges jumps
    anywhere. On a similarity graph it is LexRank's centrality (Erkan and Radev, 2004).
    """
    nodes = weights.shape[1]
    weights = weights * unit_power(weights, axis=2)
    outgoing = weights.sum(axis=2, keepdims=True)
    walk = np.divide(weights, outgoing, out=np.full_like(weights, 1 / nodes), where=outgoing > 0)
    state = np.full(weights.shape[:2], 1 / nodes, dtype=np.float32)
    for _ in range(steps):
        moved: FloatMatrix = np.matmul(state[:, None, :], walk)[:, 0]
        state = np.float32((1 - damping) / nodes) + np.float32(damping) * moved
    return state
