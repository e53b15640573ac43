"""A corpus at one moment: what a search sees from its beginning to its end, whatever is added meanwhile."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import cosine
from .approximate import Approximate
from .rows import GrowingRows, GrowingRuns, GrowingStrings


@dataclass(frozen=True)
class Snapshot:
    """N documents with their vectors; nothing of it is changed once it is made."""

    ids: GrowingStrings
    texts: GrowingStrings
    vectors: GrowingRows
    """Unit rows, float32 (N, dim)."""
    live: NDArray[np.bool_]
    """bool (N,); False for documents that were removed."""
    many: GrowingRuns | None = None
    """Where the encoder gives a text many vectors: those, as they are kept."""
    prepared: list[Any] = field(default_factory=list)
    """What the program's `index` made of the whole corpus; empty until a search of the whole corpus needs it."""
    preparing: threading.Lock = field(default_factory=threading.Lock)
    approximate: Approximate | None = None
    """Of the first rows; later ones, and all where there is none, are compared one by one."""

    @classmethod
    def empty(cls, dim: int, many: GrowingRuns | None = None) -> "Snapshot":
        """No documents."""
        rows = GrowingRows.of(np.empty((0, dim), np.float32))
        return cls(GrowingStrings([]), GrowingStrings([]), rows, np.empty(0, np.bool_), many)

    @property
    def n_live(self) -> int:
        """Documents that can be found."""
        return int(np.count_nonzero(self.live))

    @cached_property
    def all_texts(self) -> list[str]:
        """The texts as a program takes them."""
        return list(self.texts)

    def nearest(self, query: NDArray[np.float32], count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows of the `count` findable documents nearest to query (1, dim), nearest first, and their cosines."""
        vectors = self.vectors.array
        if self.approximate is None:
            return cosine.nearest(query, vectors, count, self.live)
        rows = self.approximate.near(query, count, len(vectors))
        return cosine.nearest_among(query, vectors, count, rows[self.live[rows]])

    def plus(
        self, ids: Sequence[str], texts: Sequence[str], vectors: NDArray[np.float32], many: GrowingRuns | None = None
    ) -> "Snapshot":
        """With further documents."""
        runs = self.many
        if runs is not None and many is not None:
            runs = runs.plus(many.rows.array, np.diff(many.offsets.array))
        live = np.append(self.live, np.ones(len(ids), np.bool_))
        more = self.ids.plus(ids), self.texts.plus(texts), self.vectors.plus(vectors)
        return Snapshot(*more, live, runs, approximate=self.approximate)

    def without(self, rows: Sequence[int]) -> "Snapshot":
        """With these rows marked as removed: they are found no more, but a program still sees them."""
        live = self.live.copy()
        live[list(rows)] = False
        return replace(self, live=live)

    def compacted(self) -> "Snapshot":
        """Without the documents that were removed, which a program then sees no more."""
        rows = np.flatnonzero(self.live)
        ids, texts = [self.ids[row] for row in rows], [self.texts[row] for row in rows]
        vectors = GrowingRows.of(self.vectors.array[rows])
        many = None if self.many is None else self.many.take(rows)
        return Snapshot(GrowingStrings(ids), GrowingStrings(texts), vectors, np.ones(len(rows), np.bool_), many)
