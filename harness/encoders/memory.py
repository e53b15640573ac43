"""The part of the cache in this process's memory: a warm request is a dictionary look-up and a gather."""

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.encoders.entries import Entries

_ENTRY_OVERHEAD = 128
"""Bytes that a dictionary slot and the columns need beside text and vector."""
_KEPT_AFTER_EVICTION = 0.75


class MemoryLayer:
    """Vectors of width `dim` by (variant, text), `max_bytes` at most; the texts used longest ago go first.

    Not safe with several threads: the owner locks.
    """

    def __init__(self, dim: int, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._row_bytes = 4 * dim + _ENTRY_OVERHEAD
        capacity = max_bytes // self._row_bytes
        # The system gives memory to these pages only once they are written.
        self._vectors = np.empty((capacity, dim), dtype=np.float32)
        self._tokens = np.empty(capacity, dtype=np.int64)
        self._seconds = np.empty(capacity, dtype=np.float64)
        self._used = np.zeros(capacity, dtype=np.int64)
        self._rows: dict[str, dict[str, int]] = {}
        self._free = list(range(capacity - 1, -1, -1))
        self.bytes_used = 0
        self._clock = 0

    def find(self, variant: str, texts: Sequence[str]) -> NDArray[np.int64]:
        """Row of each text, int64 (n,); -1 where it is not here. Rows hold until the next `add`."""
        known = self._rows.get(variant, {})
        rows = np.array([known.get(text, -1) for text in texts], dtype=np.int64)
        self._clock += 1
        self._used[rows[rows >= 0]] = self._clock
        return rows

    def gather(self, rows: NDArray[np.int64]) -> Entries:
        """Copies of the entries in rows that `find` gave, int64 (n,)."""
        return Entries(np.arange(len(rows)), self._vectors[rows], self._tokens[rows], self._seconds[rows])

    def add(self, variant: str, texts: Sequence[str], entries: Entries) -> None:
        """Keep entry i for `texts[i]`, distinct texts, as far as there is room."""
        known = self._rows.setdefault(variant, {})
        sizes = np.array([self._row_bytes + sys.getsizeof(text) for text in texts], dtype=np.int64)
        absent = np.array([text not in known for text in texts], dtype=bool)
        fitting = np.flatnonzero(absent & (np.cumsum(sizes * absent) <= self._max_bytes))
        self._make_room(int(sizes[fitting].sum()))
        rows = [self._free.pop() for _ in fitting]
        known.update(zip((texts[i] for i in fitting.tolist()), rows, strict=True))
        self._vectors[rows] = entries.vectors[fitting]
        self._tokens[rows] = entries.tokens[fitting]
        self._seconds[rows] = entries.seconds[fitting]
        self._used[rows] = self._clock
        self.bytes_used += int(sizes[fitting].sum())

    def _make_room(self, size: int) -> None:
        if self.bytes_used + size <= self._max_bytes:
            return
        target = min(self._max_bytes - size, int(_KEPT_AFTER_EVICTION * self._max_bytes))
        held = [(variant, text, row) for variant, known in self._rows.items() for text, row in known.items()]
        held.sort(key=lambda entry: self._used[entry[2]])
        for variant, text, row in held:
            if self.bytes_used <= target:
                break
            del self._rows[variant][text]
            self._free.append(row)
            self.bytes_used -= self._row_bytes + sys.getsizeof(text)
