"""BM25 of words and of words near each other: of whole documents, or of their best windows."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from primitives.arrays import FloatMatrix, IndexArray
from primitives.lexical import K1, B
from primitives.places import (
    REACH,
    Places,
    Spans,
    near_pairs,
    read_places,
    spans_of_near,
    spans_of_pair,
    spans_of_word,
    word_pairs,
)
from primitives.tokens import words

VIEWS: Mapping[str, tuple[Callable[[Sequence[str]], list[Any]], Callable[[Places, Any], Spans]]] = {
    "words": (list, spans_of_word),
    "pairs": (word_pairs, spans_of_pair),
    "near": (near_pairs, spans_of_near),
}
"""What a text is made of: the terms of a query's words, and where a term stands in the documents."""

CELLS = 1 << 23
"""Scores of queries for windows held at once (64 MiB)."""


@dataclass(frozen=True)
class Windows:
    """Which of U windows hold a place. Windows overlap by half, so a place is in at most two."""

    block: IndexArray
    """Window that begins in the half window of each place, and ends in the next; int64 (T,)."""
    begins: NDArray[np.bool_]
    """Whether there is such a window: none begins in the last half window of a document that has others; (T,)."""
    goes_on: NDArray[np.bool_]
    """Whether the window before holds the place as well; (T,)."""
    starts: IndexArray
    """The first window of each document; int64 (N,)."""
    count: int
    """U, at least one for each document."""


def cut_windows(places: Places, size: int) -> Windows:
    """Windows of `size` words, each beginning half a window behind the one before; with 0 each document is one."""
    step = size // 2 or max(int(places.sizes.max(initial=0)), 1)
    number = np.maximum(-(-places.sizes // step) - 1, 1) if size else np.ones_like(places.sizes)
    starts = np.cumsum(number) - number
    owner = places.owner
    half = (np.arange(len(owner)) - (np.cumsum(places.sizes) - places.sizes)[owner]) // step
    return Windows(starts[owner] + half, half < number[owner], half > 0, starts, int(number.sum()))


@dataclass(frozen=True)
class PassageIndex:
    """The words of N documents and their windows, for any query. `passage_index` makes it."""

    places: Places
    windows: Windows

    def scores(
        self, q_texts: Sequence[str], views: Mapping[str, float] | None = None, k1: float = K1, b: float = B
    ) -> FloatMatrix:
        """The best window of each document for each query, by a sum of BM25 over views; float32 (Q, N).

        `views` gives the weight of each of the `VIEWS`; by default words alone. All are in the same units, those of
        idf, and are added within a window before the best window is chosen. BM25 is that of `bm25`, whose documents are
        the windows and whose words are a view's terms. Of the documents whole, and words alone, it equals `bm25`.
        """
        asked = [words(text, stem=self.places.stem) for text in q_texts]
        step = max(1, CELLS // max(self.windows.count, 1))
        blocks = [np.zeros((0, len(self.windows.starts)), dtype=np.float32)]
        for begin in range(0, len(asked), step):
            total = np.zeros((len(asked[begin : begin + step]), self.windows.count))
            for view, weight in (views or {"words": 1}).items():
                self.add_view(total, asked[begin : begin + step], view, weight, k1, b)
            blocks.append(np.maximum.reduceat(total, self.windows.starts, axis=1).astype(np.float32))
        return np.concatenate(blocks)

    def add_view(
        self, total: NDArray[np.float64], asked: Sequence[Sequence[str]], view: str, weight: float, k1: float, b: float
    ) -> None:
        """Add one view's BM25 to the scores of all windows, float64 (Q, U)."""
        terms, spans = VIEWS[view]
        rows: dict[Any, list[int]] = {}
        counts = [Counter(terms(found)) for found in asked]
        for row, found in enumerate(counts):
            for term in found:
                rows.setdefault(term, []).append(row)
        length = view_lengths(self.places, self.windows, view)
        norm = k1 * (1 - b + b * (length / max(float(length.mean()), 1.0)))
        # In the order of the terms and not of the queries, so that a query's sum does not depend on the others.
        for term in sorted(rows):
            held, frequency = window_counts(self.windows, spans(self.places, term))
            if not len(held):
                continue
            idf = np.log1p((len(length) - len(held) + 0.5) / (len(held) + 0.5))
            gain = weight * idf * frequency * (k1 + 1) / (frequency + norm[held])
            for row in rows[term]:
                total[row, held] += gain * counts[row][term]


def window_counts(windows: Windows, spans: Spans) -> tuple[IndexArray, IndexArray]:
    """The windows that hold one of the spans whole, rising, and how many each holds; int64 (n,) twice."""
    begin, end = spans
    last = windows.block[begin[windows.begins[begin]]]
    # The window before that of the end; of a span over two half windows it is that of the begin once more.
    twice = windows.goes_on[end] & (windows.block[end] == windows.block[begin])
    return np.unique(np.concatenate((last, windows.block[end[twice]] - 1)), return_counts=True)


def view_lengths(places: Places, windows: Windows, view: str) -> NDArray[np.float64]:
    """Terms of a view in each window, float64 (U,), however often they come."""
    held = np.zeros(windows.count)
    for inside, before in ((windows.begins, 0), (windows.goes_on, 1)):
        held += np.bincount(windows.block[inside] - before, minlength=windows.count)
    if view == "words":
        return held
    pairs = np.zeros(windows.count)
    for gap in range(1, REACH + 1 if view == "near" else 2):
        pairs += np.maximum(held - gap, 0)
    return pairs


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
    return PassageIndex(places, cut_windows(places, window))
