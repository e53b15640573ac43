"""A task's judgments, prepared once, against which any measure scores any program's matrix.

As in trec_eval, scores are compared as float32 and of two equal scores the lexicographically larger document id ranks
first; the whole collection is ranked.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

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
        self._own: list[tuple[int, int]] = []
        if ignore_identical_ids:
            column_of = {document_id: column for column, document_id in enumerate(document_ids)}
            self._own = [(row, column_of[name]) for row, name in enumerate(query_ids) if name in column_of]
        self._grades = self._sorted_grades(ignore_identical_ids)

    def ranked(self, scores: NDArray[np.floating], depth: int) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Rows of a (Q, N) matrix of finite scores, and the grades of their first `depth` documents, best ranked first.

        The grades are float64 (rows, depth), 0 where a document has none or a negative one. Raises ValueError for
        another shape.
        """
        ordered = self._ordered(scores)
        step = max(1, CELLS // max(1, depth))
        for first in range(0, len(ordered), step):
            rows = slice(first, first + step)
            yield rows, lookup(self._grades, stable_top(ordered[rows], depth), len(self.document_ids), first)

    def _ordered(self, scores: NDArray[np.floating]) -> NDArray[np.float32]:
        """The scores with columns in descending id order: a stable descending sort breaks ties towards larger ids."""
        shape = (len(self.query_ids), len(self.document_ids))
        if scores.shape != shape:
            raise ValueError(f"The score matrix has shape {scores.shape}; this task needs {shape}.")
        scores = scores.astype(np.float32, copy=bool(self._own))
        for row, column in self._own:
            scores[row, column] = -np.inf
        return np.ascontiguousarray(scores[:, self._by_larger_id])

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
