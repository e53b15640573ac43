"""nDCG@10 over a whole score matrix, equal to pytrec_eval's `ndcg_cut_10`.

nDCG: Järvelin and Kekäläinen, 2002 (linear gain, log2 discount). As in trec_eval, scores are compared as float32
and of two equal scores the lexicographically larger document id ranks first.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

CUTOFF = 10


class Ndcg:
    """nDCG@10 of score matrices against fixed judgments; built once per task, applied to many programs."""

    def __init__(
        self,
        qrels: Mapping[str, Mapping[str, int]],
        query_ids: Sequence[str],
        document_ids: Sequence[str],
        *,
        ignore_identical_ids: bool = False,
    ) -> None:
        """Rows of a score matrix follow `query_ids`, columns follow `document_ids`.

        Judged documents that are not in `document_ids` still count in the ideal ranking, as in trec_eval. With
        `ignore_identical_ids` a document with the query's own id is left out of that query's ranking, as in mteb.
        Raises ValueError when a query has no judgment.
        """
        unjudged = [query_id for query_id in query_ids if not qrels.get(query_id)]
        if unjudged:
            raise ValueError(f"Query {unjudged[0]} has no judgment; leave unjudged queries out.")
        order = sorted(range(len(document_ids)), key=lambda column: document_ids[column].encode(), reverse=True)
        self._shape = (len(query_ids), len(document_ids))
        self._by_larger_id = np.array(order, dtype=np.int64)
        self._depth = min(CUTOFF, len(document_ids))
        self._discount = 1.0 / np.log2(np.arange(2, CUTOFF + 2))
        self._ideal = np.array([self._ideal_dcg(qrels[query_id]) for query_id in query_ids])
        column_of = {document_id: column for column, document_id in enumerate(document_ids)}
        self._own = [
            (row, column_of[query_id])
            for row, query_id in enumerate(query_ids)
            if ignore_identical_ids and query_id in column_of
        ]
        if ignore_identical_ids:
            qrels = {
                query_id: {
                    document_id: grade for document_id, grade in qrels[query_id].items() if document_id != query_id
                }
                for query_id in query_ids
            }
        self._gains = self._sorted_gains(qrels, query_ids, document_ids)

    def per_query(self, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """Score a (Q, N) matrix of finite numbers: nDCG@10 of each query, float64 (Q,), 0 where nothing is relevant.

        Raises ValueError for another shape.
        """
        if scores.shape != self._shape:
            raise ValueError(f"The score matrix has shape {scores.shape}; this task needs {self._shape}.")
        # Columns in descending id order make a stable descending sort break ties towards the larger id.
        scores = scores.astype(np.float32, copy=bool(self._own))
        for row, column in self._own:
            scores[row, column] = -np.inf
        ordered = np.ascontiguousarray(scores[:, self._by_larger_id])
        top = _stable_top(ordered, self._depth)
        gains = _lookup(self._gains, top, self._shape[1])
        dcg: NDArray[np.float64] = gains @ self._discount[: self._depth]
        per_query = np.zeros_like(dcg)
        np.divide(dcg, self._ideal, out=per_query, where=self._ideal > 0)
        return per_query

    def _ideal_dcg(self, judgments: Mapping[str, int]) -> float:
        grades = sorted((max(grade, 0) for grade in judgments.values()), reverse=True)[:CUTOFF]
        return float(np.dot(grades, self._discount[: len(grades)]))

    def _sorted_gains(
        self, qrels: Mapping[str, Mapping[str, int]], query_ids: Sequence[str], document_ids: Sequence[str]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Positive grades as sorted flat positions (row * N + column) and their values: sparse, since most are 0."""
        column_of = {document_ids[original]: column for column, original in enumerate(self._by_larger_id.tolist())}
        pairs = sorted(
            (row * len(document_ids) + column_of[document_id], float(grade))
            for row, query_id in enumerate(query_ids)
            for document_id, grade in qrels[query_id].items()
            if grade > 0 and document_id in column_of
        )
        positions = np.array([position for position, _ in pairs], dtype=np.int64)
        return positions, np.array([grade for _, grade in pairs], dtype=np.float64)


def _stable_top(scores: NDArray[np.float32], depth: int) -> NDArray[np.int64]:
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


def _lookup(
    gains: tuple[NDArray[np.int64], NDArray[np.float64]], columns: NDArray[np.int64], n_documents: int
) -> NDArray[np.float64]:
    positions, values = gains
    if not len(positions):
        return np.zeros(columns.shape)
    wanted = np.arange(len(columns))[:, None] * n_documents + columns
    found = np.minimum(np.searchsorted(positions, wanted), len(positions) - 1)
    return np.where(positions[found] == wanted, values[found], 0.0)
