"""The part of the cache in this process's memory for texts that have many vectors each."""

import sys
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.encoders.entries import Entries, join
from primitives import MultiVectors

_ENTRY_OVERHEAD = 512
"""Bytes that the arrays and the dictionaries need beside text and vectors."""


class ManyMemory:
    """Entries by (variant, text), `max_bytes` at most; the texts used longest ago go first.

    Not safe with several threads: the owner locks.
    """

    def __init__(self, dim: int, max_bytes: int) -> None:
        self._dim, self._max_bytes = dim, max_bytes
        self._rows: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._entries: dict[int, Entries] = {}
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
        found = join([self._entries[row] for row in rows.tolist()], self._dim, many=True)
        return found.take(np.arange(len(rows)))

    def add(self, variant: str, texts: Sequence[str], entries: Entries) -> None:
        """Keep entry i for `texts[i]`, distinct texts, as far as there is room."""
        for place, text in enumerate(texts):
            key, entry = (variant, text), entries.take(np.array([place]))
            size = self._size(key, entry)
            if key in self._rows or size > self._max_bytes:
                continue
            while self.bytes_used + size > self._max_bytes:
                old, row = self._rows.popitem(last=False)
                self.bytes_used -= self._size(old, self._entries.pop(row))
            self._last += 1
            self._rows[key], self._entries[self._last] = self._last, entry
            self.bytes_used += size

    def _size(self, key: tuple[str, str], entry: Entries) -> int:
        assert isinstance(entry.many, MultiVectors)
        return entry.vectors.nbytes + entry.many.vectors.nbytes + sys.getsizeof(key[1]) + _ENTRY_OVERHEAD
