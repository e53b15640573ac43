"""Rankings of a score matrix: the best columns of each row, and sparse values looked up along them."""

import numpy as np
from numpy.typing import NDArray

Sparse = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Rising flat positions (row * N + column) of a (Q, N) matrix and their values; all others are 0."""


def stable_top(scores: NDArray[np.float32], depth: int) -> NDArray[np.int64]:
    """Columns of the `depth` best scores of each row, best first, equal scores in column order; int64 (Q, depth).

    A partial selection finds the depth-th best score; only what reaches it is sorted. Rows whose ties straddle
    the cut are rare but decide by id, so they are taken whole.
    """
    n_documents = scores.shape[1]
    if n_documents <= 4 * depth:
        return np.argsort(-scores, axis=1, kind="stable")[:, :depth]
    threshold = np.partition(scores, n_documents - depth, axis=1)[:, n_documents - depth]
    reaching = scores >= threshold[:, None]
    rows, columns = np.nonzero(reaching)
    # Sorted by row, then by falling score, then by column: lexsort is stable and nonzero yields rising columns.
    order = np.lexsort((-scores[rows, columns], rows))
    starts = np.concatenate(([0], np.cumsum(reaching.sum(axis=1))[:-1]))
    return columns[order][starts[:, None] + np.arange(depth)]


def lookup(values: Sparse, columns: NDArray[np.int64], n_documents: int, first_row: int = 0) -> NDArray[np.float64]:
    """The values at `columns` (rows, depth) of the matrix's rows from `first_row` on."""
    positions, found_values = values
    if not len(positions):
        return np.zeros(columns.shape)
    wanted = (first_row + np.arange(len(columns)))[:, None] * n_documents + columns
    found = np.minimum(np.searchsorted(positions, wanted), len(positions) - 1)
    return np.where(positions[found] == wanted, found_values[found], 0.0)
