"""Cosines of one query with a corpus of unit rows, and the nearest documents by them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray

from harness.machine.cores import available_cores

FloatMatrix = NDArray[np.float32]

EXACT_UP_TO = 200_000
"""Documents up to which all cosines are added up in float64, as the program was measured. Beyond, a search of the whole
corpus takes float32 sums, which differ by 1e-6 at most and cost a fifth."""
_ROWS_AT_ONCE = 65_536
_WIDE_ROWS_AT_ONCE = 256
"""Rows that are widened to float64 at a time: they stay in the processor's cache."""


def cosines(query: FloatMatrix, documents: FloatMatrix) -> FloatMatrix:
    """Cosines of one query, float32 (1, dim), with N documents, float32 (N, dim): float32 (1, N).

    Every row is added up by itself, so that a document's cosine does not depend on the documents beside it.
    """
    one = _wide if len(documents) <= EXACT_UP_TO else _narrow
    return _in_parallel(one, query[0], documents)[None, :]


def nearest(
    query: FloatMatrix, documents: FloatMatrix, k: int, allowed: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Positions of the k nearest documents, nearest first, and their cosines; of equal ones the earlier goes first.

    `allowed`, bool (N,), leaves documents out. The cosines are those of `cosines` in float64, however many documents
    there are: float32 sums only choose whom to look at more closely, with room for their largest error.
    """
    rough = _in_parallel(_narrow, query[0], documents)
    if allowed is not None:
        rough[~allowed] = -np.inf
    k = min(k, len(rough) if allowed is None else int(np.count_nonzero(allowed)))
    if k == 0:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    # The error of a sum of dim products of unit rows in any order (Higham, 2002, section 3.1), once for either side.
    room = 2 * documents.shape[1] * np.finfo(np.float32).eps
    worst = np.partition(rough, len(rough) - k)[len(rough) - k]
    return nearest_among(query, documents, k, np.flatnonzero(rough >= worst - room))


def nearest_among(
    query: FloatMatrix, documents: FloatMatrix, k: int, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The same of some documents alone, whose positions are `rows`."""
    exact = _wide(query[0], documents[rows])
    order = np.lexsort((rows, -exact))[:k]
    return rows[order], exact[order]


def best(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Positions of the k largest scores, largest first; of equal ones the earlier goes first."""
    if k >= len(scores):
        return np.argsort(-scores, kind="stable")
    worst = np.partition(scores, len(scores) - k)[len(scores) - k]
    near = np.flatnonzero(scores >= worst)
    return near[np.argsort(-scores[near], kind="stable")][:k]


def _narrow(query: NDArray[np.float32], rows: FloatMatrix) -> NDArray[np.float32]:
    found: NDArray[np.float32] = np.vecdot(rows, query)
    return found


def _wide(query: NDArray[np.float32], rows: FloatMatrix) -> NDArray[np.float32]:
    found = np.empty(len(rows), np.float32)
    wide = query.astype(np.float64)
    for span in _spans(len(rows), _WIDE_ROWS_AT_ONCE):
        found[span] = np.vecdot(rows[span].astype(np.float64), wide)
    return found


Product = Callable[[NDArray[np.float32], FloatMatrix], NDArray[np.float32]]


def _in_parallel(product: Product, query: NDArray[np.float32], rows: FloatMatrix) -> NDArray[np.float32]:
    found = np.empty(len(rows), np.float32)

    def fill(span: slice) -> None:
        found[span] = product(query, rows[span])

    if len(rows) <= _ROWS_AT_ONCE // 8:
        fill(slice(0, len(rows)))
    else:
        step = min(_ROWS_AT_ONCE, -(-len(rows) // available()))
        list(_pool().map(fill, _spans(len(rows), step)))
    return found


@cache
def available() -> int:
    """Cores to spread a product over."""
    return available_cores()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(available(), thread_name_prefix="cosines")


def _spans(total: int, step: int) -> Iterator[slice]:
    return (slice(start, min(start + step, total)) for start in range(0, total, step))
