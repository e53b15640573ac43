"""What programs see as `sim`: cosines, or the encoder's own similarity where a text has many vectors."""

import time
from collections.abc import Callable

import numpy as np

from harness.evaluation.difference import Scores
from harness.evaluation.secret import Order
from primitives import MultiVectors, cosines

MOST_CELLS = 1 << 28
"""Scores that are held, and that a program gives at a time, where nothing else is said: 1 GiB."""
QUERIES_AT_ONCE = 64

Rows = Callable[[int, int], Scores]
"""From the first query shown and the one after the last to their similarities, (b, N)."""


class Cosines:
    """Rows of the cosines in the order shown, computed in the task's own."""

    def __init__(self, queries: Scores, documents: Scores, order: Order) -> None:
        self._queries, self._documents, self._order = queries, documents, order

    def __call__(self, first: int, end: int) -> Scores:
        return cosines(self._queries[self._order.queries[first:end]], self._documents)[:, self._order.documents]


class ManySimilarities:
    """Rows of an encoder's own similarity in the order shown, computed in the task's own.

    Always the same queries are computed together, so that one alone gets the same bits as in a batch: of small tasks
    all, once, of large ones each by itself.
    """

    def __init__(
        self,
        queries: MultiVectors,
        documents: MultiVectors,
        order: Order,
        similarity: Callable[[MultiVectors, MultiVectors], Scores],
    ) -> None:
        self._queries, self._documents, self._order, self._similarity = queries, documents, order, similarity
        self._seconds, self._rows = 0.0, 0
        self._all: Scores | None = None
        if len(queries) * len(documents) <= MOST_CELLS:
            blocks = range(0, len(queries), QUERIES_AT_ONCE)
            self._all = np.concatenate([self._of(first, first + QUERIES_AT_ONCE) for first in blocks])

    def __call__(self, first: int, end: int) -> Scores:
        places = self._order.queries[first:end].tolist()
        return np.stack([self.own(query)[self._order.documents] for query in places])

    def own(self, query: int) -> Scores:
        """Of a query, (N,), both in the task's own order."""
        row: Scores = self._of(query, query + 1)[0] if self._all is None else self._all[query]
        return row

    @property
    def seconds(self) -> float:
        """Processor seconds for all queries, from those that were compared so far."""
        return self._seconds / self._rows * len(self._queries) if self._rows else 0.0

    def _of(self, first: int, end: int) -> Scores:
        rows = np.arange(first, min(end, len(self._queries)))
        began = time.process_time()
        found = self._similarity(self._queries.take(rows), self._documents)
        self._seconds, self._rows = self._seconds + time.process_time() - began, self._rows + len(rows)
        return found
