"""The part of the cache in this process's memory for texts that have many vectors each."""

import sys
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from harness.encoders.entries import Entries, join
from harness.encoders.stored import packed, unpacked
from harness.encoders.worded import join_words, size_of, with_words, words_of
from primitives import MultiVectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_Held = tuple[Entries, NDArray[Any], "csr_matrix | None"]
"""An entry without its many vectors, these as they are kept, (K, dim), and the weights of its words."""

_ENTRY_OVERHEAD = 512
"""Bytes that the arrays and the dictionaries need beside text and vectors."""


class ManyMemory:
    """Entries by (variant, text), `max_bytes` at most; the texts used longest ago go first.

    Many vectors are held in numbers of the type `stored`, to which they are rounded already.

    Not safe with several threads: the owner locks.
    """

    def __init__(self, dim: int, max_bytes: int, stored: str = "float32") -> None:
        self._dim, self._max_bytes, self._stored = dim, max_bytes, stored
        self._rows: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._entries: dict[int, _Held] = {}
        """By row."""
        self._last = -1
        self.bytes_used = 0

    def find(self, variant: str, texts: Sequence[str]) -> NDArray[np.int64]:
        """Row of each text, int64 (n,); -1 where it is not here. Rows hold until the next `add`."""
        rows = np.array([self._rows.get((variant, text), -1) for text in texts], dtype=np.int64)
        for text, row in zip(texts, rows.tolist(), strict=True):
            if row >= 0:
                self._rows.move_to_end((variant, text))
        return rows

    def gather(self, rows: NDArray[np.int64]) -> Entries:
        """Copies of the entries in rows that `find` gave, int64 (n,)."""
        held = [self._entries[row] for row in rows.tolist()]
        sizes = [len(kept) for _, kept, _ in held]
        kept = np.concatenate([np.empty((0, self._dim), self._stored), *(kept for _, kept, _ in held)])
        offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)))
        found = join([entry for entry, _, _ in held], self._dim)
        many = with_words(MultiVectors(unpacked(kept), offsets), join_words([words for _, _, words in held]))
        return replace(found, positions=np.arange(len(rows)), many=many)

    def add(self, variant: str, texts: Sequence[str], entries: Entries) -> None:
        """Keep entry i for `texts[i]`, distinct texts, as far as there is room."""
        for place, text in enumerate(texts):
            key, entry = (variant, text), self._kept(entries.take(np.array([place])))
            size = self._size(key, entry)
            if key in self._rows or size > self._max_bytes:
                continue
            while self.bytes_used + size > self._max_bytes:
                old, row = self._rows.popitem(last=False)
                self.bytes_used -= self._size(old, self._entries.pop(row))
            self._last += 1
            self._rows[key], self._entries[self._last] = self._last, entry
            self.bytes_used += size

    def _kept(self, entry: Entries) -> _Held:
        assert entry.many is not None
        return replace(entry, many=None), packed(entry.many.vectors, self._stored), words_of(entry.many)

    def _size(self, key: tuple[str, str], entry: _Held) -> int:
        one, kept, words = entry
        return one.vectors.nbytes + kept.nbytes + size_of(words) + sys.getsizeof(key[1]) + _ENTRY_OVERHEAD
