"""The nearest other documents of each document."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from primitives.arrays import FloatMatrix, IndexArray
from primitives.memory import recall
from primitives.products import cosines

ROWS_AT_ONCE = 1000
"""Documents compared with all others at once: bounds the memory on large corpora."""


@dataclass(frozen=True)
class NeighbourIndex:
    """The nearest others of N documents, nearest first, equal ones in the order of documents. `neighbour_index`."""

    ids: IndexArray
    """int64 (N, min(k, N - 1))."""

    nearness: FloatMatrix
    """Their inner products, for unit rows cosines; float32 (N, min(k, N - 1))."""


NEIGHBOUR_MEMORY: list[tuple[object, FloatMatrix, NeighbourIndex]] = []


def neighbour_index(d_emb: FloatMatrix, k: int) -> NeighbourIndex:
    """The min(k, N - 1) nearest others of each document, `.ids` int64 (N, k), and their cosines, `.nearness` float32.

    Unit rows (N, dim). Every two documents are compared: time grows with N squared. The last few indexes are
    remembered; where other documents stand behind the same ones, only pairs with them are compared.
    """
    return recall(
        NEIGHBOUR_MEMORY,
        k,
        d_emb.copy(),
        partial(compare_all, k=k),
        lambda index, more: compare_new(index, d_emb, len(more), k),
    )


def compare_all(vectors: FloatMatrix, k: int, first: int = 0) -> NeighbourIndex:
    """The neighbours, among all, of the documents from the first on."""
    most = min(k, len(vectors) - 1)
    ids = np.zeros((len(vectors) - first, most), dtype=np.int64)
    nearness = np.zeros(ids.shape, dtype=np.float32)
    for start in range(first, len(vectors), ROWS_AT_ONCE):
        products = cosines(vectors[start : start + ROWS_AT_ONCE], vectors)
        rows = np.arange(len(products))
        products[rows, start + rows] = -np.inf
        columns = best_columns(products, most)
        ids[start - first : start - first + len(rows)] = columns
        nearness[start - first : start - first + len(rows)] = np.take_along_axis(products, columns, axis=1)
    return NeighbourIndex(ids, nearness)


def compare_new(old: NeighbourIndex, vectors: FloatMatrix, count: int, k: int) -> NeighbourIndex:
    """The neighbours of all documents, of which the last `count` are new."""
    known = len(vectors) - count
    most = min(k, len(vectors) - 1)
    new = compare_all(vectors, k, known)
    ids, nearness = [], []
    for start in range(0, known, ROWS_AT_ONCE):
        products = cosines(vectors[start : min(start + ROWS_AT_ONCE, known)], vectors[known:])
        numbers = np.broadcast_to(np.arange(known, len(vectors)), products.shape)
        products = np.hstack((old.nearness[start : start + ROWS_AT_ONCE], products))
        columns = best_columns(products, most)
        ids.append(np.take_along_axis(np.hstack((old.ids[start : start + ROWS_AT_ONCE], numbers)), columns, axis=1))
        nearness.append(np.take_along_axis(products, columns, axis=1))
    return NeighbourIndex(np.concatenate((*ids, new.ids)), np.concatenate((*nearness, new.nearness)))


def best_columns(scores: FloatMatrix, most: int) -> IndexArray:
    """Columns of the `most` best scores of each row, best first, equal ones in order: as a stable sort, but faster."""
    if most < 1:
        return np.zeros((len(scores), 0), dtype=np.int64)
    least = np.partition(scores, -most, axis=1)[:, -most]
    chosen = []
    for row, bound in zip(scores, least, strict=True):
        candidates = np.flatnonzero(row >= bound)
        chosen.append(candidates[np.argsort(-row[candidates], kind="stable")[:most]])
    return np.array(chosen, dtype=np.int64)
