"""The first stage of a task: which documents each query ranks, and which come below them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.measures.ranking import stable_top
from harness.evaluation.secret import Order
from harness.tasks.task import RetrievalTask
from primitives import bm25, cosines

CELLS = 1 << 26
"""Cosines that are held at a time: 256 MiB."""

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Shortlist:
    """Which documents each query ranks, by their places in the order shown, and their cosines."""

    listed: NDArray[np.int32]
    """(Q, K): what a program ranks, by place, so that its order says nothing; filled up with -1."""
    similarity: Matrix
    """(Q, K): the cosines of these; 0 where there is none."""
    rest: NDArray[np.int32]
    """(Q, R): what is ranked below, best cosine first; filled up with -1."""

    @property
    def columns(self) -> NDArray[np.int32]:
        """Both, (Q, K + R)."""
        return np.hstack([self.listed, self.rest])

    def ranked(self, scores: Matrix) -> Matrix:
        """Scores (b, K) of some queries' listed documents, as scores (b, K + R) that put the rest below them."""
        n_rest = self.rest.shape[1]
        if not n_rest:
            return scores
        ranks = np.stack([np.unique(row, return_inverse=True)[1] for row in scores]) + n_rest + 1
        below = np.broadcast_to(np.arange(n_rest, 0, -1), (len(scores), n_rest))
        return np.hstack([ranks, below]).astype(np.float32)


def make_shortlist(
    task: RetrievalTask,
    queries: Matrix,
    documents: Matrix,
    order: Order,
    cutoff: int,
    scored: Callable[[int], Matrix] | None = None,
) -> Shortlist:
    """Find each query's candidates and, as far as a ranking is read to `cutoff`, what comes below them.

    `scored` gives a query's similarities, (N,), where they are not the cosines that choose.

    `queries` and `documents` are unit rows in the task's own order, in which ties are broken: nothing of the choice
    depends on the order shown.
    """
    n_documents, candidates, best = len(documents), task.candidates, _Best(task.documents)
    place_of = np.empty(n_documents, np.int64)
    place_of[order.documents] = np.arange(n_documents)
    chosen = _given(task) if candidates.given is not None else _nearest(task, queries, documents, best)
    listed = _filled([np.sort(place_of[own]) for own in chosen])
    if candidates.given is None:
        left = min(max(cutoff - listed.shape[1], 0), n_documents - listed.shape[1])
        below = _below(chosen, queries, documents, best, left) if left > 0 else []
        rest = _filled([place_of[own] for own in below]) if left > 0 else np.empty((len(queries), 0), np.int32)
    else:
        rest = np.empty((len(queries), 0), np.int32)
    similarity = np.zeros(listed.shape, np.float32)
    for rows, cosine in _blocks(queries, documents):
        if scored is not None:
            cosine = np.stack([scored(query) for query in range(rows.start, rows.start + len(cosine))])
        own = order.documents[np.maximum(listed[rows], 0)]
        similarity[rows] = np.where(listed[rows] < 0, 0, np.take_along_axis(cosine, own, axis=1))
    return Shortlist(listed[order.queries], similarity[order.queries], rest[order.queries])


def _given(task: RetrievalTask) -> list[NDArray[np.int64]]:
    assert task.candidates.given is not None
    column_of = {document: column for column, document in enumerate(task.documents)}
    return [np.array([column_of[one] for one in task.candidates.given[query]]) for query in task.queries]


class _Best:
    """The best documents of rows of scores (b, N), best first; of equal ones the larger id, as in a ranking."""

    def __init__(self, documents: Iterable[str]) -> None:
        ids = [document.encode() for document in documents]
        self._by_larger_id = np.array(sorted(range(len(ids)), key=ids.__getitem__, reverse=True), dtype=np.int64)

    def __call__(self, scores: Matrix, depth: int) -> NDArray[np.int64]:
        """int64 (b, depth)."""
        return self._by_larger_id[stable_top(scores[:, self._by_larger_id], depth)]


def _nearest(task: RetrievalTask, queries: Matrix, documents: Matrix, best: _Best) -> list[NDArray[np.int64]]:
    depth, both = min(task.candidates.depth or len(documents), len(documents)), task.candidates.first_stage != "cosine"
    texts, document_texts = list(task.queries.values()), list(task.documents.values())
    chosen: list[NDArray[np.int64]] = []
    for rows, cosine in _blocks(queries, documents):
        nearest = best(cosine, depth)
        if not both:
            chosen += list(nearest)
            continue
        lexical = bm25(texts[rows], document_texts)
        for first, found, scores in zip(nearest, best(lexical, depth), lexical, strict=True):
            chosen.append(alternate(first, found[scores[found] > 0]))
    return chosen


def alternate(nearest: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.int64]:
    """As many documents as `nearest` has, in turn the next of it and of `found`, which may be fewer; each once."""
    turns = np.full((len(nearest), 2), -1, np.int64)
    turns[:, 0], turns[: len(found), 1] = nearest, found
    flat = turns.ravel()
    _, places = np.unique(flat, return_index=True)
    in_turn = flat[np.sort(places)]
    return in_turn[in_turn >= 0][: len(nearest)]


def _below(
    chosen: Sequence[NDArray[np.int64]], queries: Matrix, documents: Matrix, best: _Best, count: int
) -> Iterator[NDArray[np.int64]]:
    """The `count` documents of best cosine that are not chosen, of each query."""
    depth = min(len(documents), count + max(len(own) for own in chosen)) if count else 0
    for rows, cosine in _blocks(queries, documents):
        for own, found in zip(chosen[rows], best(cosine, depth), strict=True):
            yield found[~np.isin(found, own)][:count]


def _blocks(queries: Matrix, documents: Matrix) -> Iterator[tuple[slice, Matrix]]:
    step = max(1, CELLS // max(1, len(documents)))
    for first in range(0, len(queries), step):
        rows = slice(first, first + step)
        yield rows, cosines(queries[rows], documents)


def _filled(rows: Sequence[NDArray[np.int64]]) -> NDArray[np.int32]:
    """Rows of different lengths as one matrix, filled up with -1."""
    table = np.full((len(rows), max(map(len, rows), default=0)), -1, np.int32)
    for row, values in enumerate(rows):
        table[row, : len(values)] = values
    return table
