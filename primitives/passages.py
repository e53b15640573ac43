"""BM25 of words and of neighbouring words: of whole documents, or of their best windows."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primitives.arrays import FloatMatrix, IndexArray
from primitives.lexical import K1, B
from primitives.places import (
    Places,
    Spans,
    read_places,
    spans_of_pair,
    spans_of_word,
    word_pairs,
)
from primitives.tokens import words

VIEWS: Mapping[str, tuple[Callable[[Sequence[str]], list[Any]], Callable[[Places, Any], Spans]]] = {
    "words": (list, spans_of_word),
    "pairs": (word_pairs, spans_of_pair),
}
"""What a text is made of: the terms of a query's words, and where a term stands in the documents."""

CELLS = 1 << 23
"""Scores of queries for windows held at once (64 MiB)."""


@dataclass(frozen=True)
class PassageIndex:
    """The T words of N documents and their U windows, for any query. `passage_index` makes it.

    Windows overlap by half, so a place is in at most two: the one that begins in its half window, and the one before.
    """

    places: Places
    own: IndexArray
    """The window that begins in the half window of each place; int64 (T,), -1 where none does, at the end of a text."""
    before: IndexArray
    """The window before, where it holds the place as well; int64 (T,), -1 where there is none."""
    starts: IndexArray
    """The first window of each document, which has at least one, and at last U; int64 (N + 1,)."""

    def scores(
        self, q_texts: Sequence[str], views: Sequence[str] = tuple(VIEWS), k1: float = K1, b: float = B
    ) -> FloatMatrix:
        """The best window of each document for each query, by the sum of BM25 over views; float32 (Q, N).

        All views are in the same units, those of idf, and are added within a window before the best window is chosen.
        BM25 is that of `bm25`, whose documents are the windows and whose words are a view's terms. Of whole documents,
        by words alone, it equals `bm25`.
        """
        asked = [words(text, stem=self.places.stem) for text in q_texts]
        count = int(self.starts[-1])
        step = max(1, CELLS // max(count, 1))
        blocks = [np.zeros((0, len(self.starts) - 1), dtype=np.float32)]
        for begin in range(0, len(asked), step):
            total = np.zeros((len(asked[begin : begin + step]), count))
            for view in views:
                add_view(self, total, asked[begin : begin + step], view, k1, b)
            blocks.append(np.maximum.reduceat(total, self.starts[:-1], axis=1).astype(np.float32))
        return np.concatenate(blocks)


def add_view(
    index: PassageIndex,
    total: NDArray[np.float64],
    asked: Sequence[Sequence[str]],
    view: str,
    k1: float = K1,
    b: float = B,
) -> None:
    """Add one view's BM25 to the scores of all windows, float64 (Q, U), for the words of each query."""
    terms, spans = VIEWS[view]
    rows: dict[Any, list[int]] = {}
    counts = [Counter(terms(found)) for found in asked]
    for row, held in enumerate(counts):
        for term in held:
            rows.setdefault(term, []).append(row)
    length = view_lengths(index, view)
    norm = k1 * (1 - b + b * (length / max(float(length.mean()), 1.0)))
    # In the order of the terms and not of the queries, so that a query's sum does not depend on the others.
    for term in sorted(rows):
        holders, frequency = window_counts(index, spans(index.places, term))
        idf = np.log1p((len(length) - len(holders) + 0.5) / (len(holders) + 0.5))
        gain = idf * frequency * (k1 + 1) / (frequency + norm[holders])
        for row in rows[term]:
            total[row, holders] += gain * counts[row][term]


def window_counts(index: PassageIndex, spans: Spans) -> tuple[IndexArray, IndexArray]:
    """The windows that hold one of the spans whole, rising, and how many each holds; int64 (n,) twice."""
    begin, end = spans
    own, before = index.own[begin], index.before[end]
    # Of a span over two half windows both are the one window that holds it.
    return np.unique(np.concatenate((own[own >= 0], before[(before >= 0) & (before != own)])), return_counts=True)


def view_lengths(index: PassageIndex, view: str) -> NDArray[np.float64]:
    """Terms of a view in each window, float64 (U,), however often they come."""
    held = np.zeros(int(index.starts[-1]))
    for window in (index.own, index.before):
        held += np.bincount(window[window >= 0], minlength=len(held))
    return np.maximum(held - 1, 0) if view == "pairs" else held


def share_read(index: PassageIndex, size: int = 100) -> float:
    """Share of all words that stand among the first `size` of their document; from 0 to 1, and 1 without words.

    The weight of a cosine is its root: an encoder says less of a document the more of it lies beyond what it reads, or
    is blurred in one vector. `size` is that of a window, and not what the encoder can read.
    """
    total = int(index.places.sizes.sum())
    return float(np.minimum(index.places.sizes, size).sum() / total) if total else 1.0


def passage_index(d_texts: Sequence[str], window: int = 0, *, stem: bool = True) -> PassageIndex:
    """Read N documents once for BM25 of their best windows of so many words, 0 for whole documents, for any queries.

    Words are those of `words`, without function words; windows overlap by half. The words are remembered, so indexes of
    the same documents with other windows read them once, and where others stand behind them, those alone are read.
    Best windows: the passage retrieval of Callan, "Passage-level evidence in document retrieval", 1994.
    """
    places = read_places(d_texts, stem=stem)
    sizes, owner = places.sizes, places.owner
    step = window // 2 or max(int(sizes.max(initial=0)), 1)
    number = np.maximum(-(-sizes // step) - 1, 1) if window else np.ones_like(sizes)
    starts = np.concatenate(([0], np.cumsum(number)))
    half = (np.arange(len(owner)) - (np.cumsum(sizes) - sizes)[owner]) // step
    own, before = starts[owner] + half, starts[owner] + half - 1
    return PassageIndex(places, np.where(half < number[owner], own, -1), np.where(half > 0, before, -1), starts)
