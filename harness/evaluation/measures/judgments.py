"""A task's judgments, prepared once, against which any measure scores any program's matrix.

As in trec_eval, scores are compared as float32 and of two equal scores the lexicographically larger document id ranks
first; the whole collection is ranked.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.measures.ranking import Sparse, lookup, stable_top

CELLS = 2**22
"""Cells of the ranking that are held at a time; what is ranked to the bottom is done some rows after others."""

Qrels = Mapping[str, Mapping[str, int]]


class Judgments:
    """The judgments of one task; built once, applied to many programs and measures."""

    best: NDArray[np.float64]
    """(Q, J): the grades of all judged documents of each query, best first, at least 0 and filled up with 0.

    Documents that the collection does not have are among them.
    """
    columns: NDArray[np.int64] | None = None
    """(Q, W): the documents that a score matrix has as columns, query by query, -1 for none; None: all, in order."""

    def __init__(
        self,
        qrels: Qrels,
        query_ids: Sequence[str],
        document_ids: Sequence[str],
        *,
        ignore_identical_ids: bool = False,
    ) -> None:
        """Rows of a score matrix follow `query_ids`, columns follow `document_ids`.

        Judged documents that are not in `document_ids` still count as documents to be found, as in trec_eval. With
        `ignore_identical_ids` a document with the query's own id is left out of that query's ranking, as in mteb.
        Raises ValueError when a query has no judgment.
        """
        unjudged = [query_id for query_id in query_ids if not qrels.get(query_id)]
        if unjudged:
            raise ValueError(f"Query {unjudged[0]} has no judgment; leave unjudged queries out.")
        self.qrels, self.query_ids, self.document_ids = qrels, tuple(query_ids), tuple(document_ids)
        self.best = _best_first([qrels[query_id].values() for query_id in query_ids])
        order = sorted(range(len(document_ids)), key=lambda column: document_ids[column].encode(), reverse=True)
        self._by_larger_id = np.array(order, dtype=np.int64)
        self._first_row = 0
        self._own: list[tuple[int, int]] = []
        if ignore_identical_ids:
            column_of = {document_id: column for column, document_id in enumerate(document_ids)}
            self._own = [(row, column_of[name]) for row, name in enumerate(query_ids) if name in column_of]
        self._grades = self._sorted_grades(ignore_identical_ids)

    @property
    def width(self) -> int:
        """Columns of a score matrix."""
        return len(self.document_ids) if self.columns is None else self.columns.shape[1]

    def among(self, columns: NDArray[np.integer]) -> "Judgments":
        """The same judgments of rankings of some documents alone: column c of row q stands for `columns[q, c]`, (Q, W).

        -1 stands for no document.
        """
        part = copy(self)
        part.columns = columns.astype(np.int64)
        return part

    def rows(self, first: int, end: int) -> "Judgments":
        """The same of the queries from `first` up to `end` alone."""
        part = copy(self)
        part.query_ids, part.best = self.query_ids[first:end], self.best[first:end]
        part.columns = None if self.columns is None else self.columns[first:end]
        part._own = [(row - first, column) for row, column in self._own if first <= row < end]
        part._first_row = self._first_row + first
        return part

    def ranked(self, scores: NDArray[np.floating], depth: int) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Rows of a (Q, N) matrix of finite scores, and the grades of their first `depth` documents, best ranked first.

        The grades are float64 (rows, depth), 0 where a document has none or a negative one. Raises ValueError for
        another shape.
        """
        shape = (len(self.query_ids), self.width)
        if scores.shape != shape:
            raise ValueError(f"The score matrix has shape {scores.shape}; this task needs {shape}.")
        ordered, places = self._ordered(scores)
        step = max(1, CELLS // max(1, depth))
        for first in range(0, len(ordered), step):
            rows = slice(first, first + step)
            best = stable_top(ordered[rows], depth)
            if places is not None:
                best = np.take_along_axis(places[rows], best, axis=1)
            found = lookup(self._grades, best, len(self.document_ids), self._first_row + first)
            yield rows, np.where(best < len(self.document_ids), found, 0.0)

    def _ordered(self, scores: NDArray[np.floating]) -> tuple[NDArray[np.float32], NDArray[np.int64] | None]:
        """The scores with columns in descending id order: a stable descending sort breaks ties towards larger ids.

        And, where columns stand for different documents in each row, for which, as places in that order.
        """
        scores = scores.astype(np.float32, copy=bool(self._own))
        if self.columns is None:
            for row, column in self._own:
                scores[row, column] = -np.inf
            return np.ascontiguousarray(scores[:, self._by_larger_id]), None
        n_documents = len(self.document_ids)
        place_of = np.full(n_documents + 1, n_documents, np.int64)
        place_of[self._by_larger_id] = np.arange(n_documents)
        places = place_of[self.columns]
        own = dict(self._own)
        own_column = np.array([own.get(row, -1) for row in range(len(scores))])[:, None]
        left_out = (self.columns == own_column) | (places == n_documents)
        order = np.argsort(places, axis=1)
        scores = np.where(left_out, -np.inf, scores).astype(np.float32)
        return np.take_along_axis(scores, order, axis=1), np.take_along_axis(places, order, axis=1)

    def _sorted_grades(self, ignore_identical_ids: bool) -> Sparse:
        """The positive grades of the ordered matrix: sparse, since most documents are not judged."""
        ids, n_documents = self.document_ids, len(self.document_ids)
        column_of = {ids[original]: column for column, original in enumerate(self._by_larger_id.tolist())}
        pairs = sorted(
            (row * n_documents + column_of[document_id], float(grade))
            for row, query_id in enumerate(self.query_ids)
            for document_id, grade in self.qrels[query_id].items()
            if grade > 0 and document_id in column_of and not (ignore_identical_ids and document_id == query_id)
        )
        positions = np.array([position for position, _ in pairs], dtype=np.int64)
        return positions, np.array([grade for _, grade in pairs], dtype=np.float64)


def _best_first(judged: Sequence[Collection[int]]) -> NDArray[np.float64]:
    best = np.zeros((len(judged), max(map(len, judged), default=0)))
    for row, grades in enumerate(judged):
        best[row, : len(grades)] = sorted((max(grade, 0) for grade in grades), reverse=True)
    return best
