"""Rows, runs of rows and strings that grow at their end while earlier, shorter views of them stay as they were."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class GrowingRows:
    """The first rows of a longer array. `plus` writes behind them where nobody has yet, and copies otherwise."""

    array: NDArray[Any]
    """(n, ...), a view."""
    _buffer: NDArray[Any]
    _used: list[int]
    """Rows of the buffer that are taken, shared by all views of it."""

    @classmethod
    def of(cls, array: NDArray[Any]) -> "GrowingRows":
        """All rows of an array, which is not written to."""
        return cls(array, array, [len(array)])

    def __len__(self) -> int:
        return len(self.array)

    def plus(self, rows: NDArray[Any]) -> "GrowingRows":
        """These rows and others behind them; one writer at a time."""
        start, end = len(self.array), len(self.array) + len(rows)
        buffer, used = self._buffer, self._used
        if end > len(buffer) or used[0] != start or not buffer.flags.writeable:
            # Room that nobody writes to takes no memory.
            buffer = np.empty((end + end // 4, *self.array.shape[1:]), self.array.dtype)
            buffer[:start] = self.array
            used = [start]
        buffer[start:end] = rows
        used[0] = end
        return GrowingRows(buffer[:end], buffer, used)


@dataclass(frozen=True)
class GrowingRuns:
    """A run of at least one row for each of n texts: that of text i is rows `offsets[i]` to `offsets[i + 1]`."""

    rows: GrowingRows
    """(total, dim)."""
    offsets: GrowingRows
    """int64 (n + 1,), from 0 to total."""

    @classmethod
    def of(cls, rows: NDArray[Any], offsets: NDArray[np.int64]) -> "GrowingRuns":
        """All runs of arrays that are not written to. Raises IndexError where they do not fit together."""
        whole = offsets.ndim == 1 and len(offsets) and offsets[0] == 0 and offsets[-1] == len(rows)
        if not whole or (np.diff(offsets) < 1).any():
            raise IndexError("offsets")
        return cls(GrowingRows.of(rows), GrowingRows.of(offsets))

    @classmethod
    def empty(cls, dim: int, kind: str) -> "GrowingRuns":
        """No runs, of rows of this width and type."""
        return cls.of(np.empty((0, dim), kind), np.zeros(1, np.int64))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def plus(self, rows: NDArray[Any], sizes: NDArray[np.int64]) -> "GrowingRuns":
        """These runs and others behind them, of so many rows each; one writer at a time."""
        ends = self.offsets.array[-1] + np.cumsum(sizes, dtype=np.int64)
        return GrowingRuns(self.rows.plus(rows), self.offsets.plus(ends))

    def of_text(self, text: int) -> NDArray[Any]:
        """The run of one text, (K, dim)."""
        return self.rows.array[self.offsets.array[text] : self.offsets.array[text + 1]]

    def take(self, texts: NDArray[np.int64]) -> "GrowingRuns":
        """The runs of some texts, int64 (m,), in their order; a copy."""
        starts = self.offsets.array[texts]
        sizes = self.offsets.array[texts + 1] - starts
        offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
        # Where each row of the answer stands: the start of its text, and its place in it.
        rows = np.repeat(starts - offsets[:-1], sizes) + np.arange(offsets[-1])
        return GrowingRuns(GrowingRows.of(self.rows.array[rows]), GrowingRows.of(offsets))


class PackedStrings:
    """Strings in one block of UTF-8, decoded one by one when they are asked for.

    `block` is uint8 (bytes,), `ends` int64 (n,): where each string ends in it. Both may be memory-mapped.
    """

    def __init__(self, block: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self.block, self.ends = block, ends

    @classmethod
    def of(cls, strings: Iterable[str]) -> "PackedStrings":
        """These strings, packed. A lone surrogate is kept."""
        encoded = [string.encode("utf-8", "surrogatepass") for string in strings]
        ends = np.cumsum([len(one) for one in encoded], dtype=np.int64) if encoded else np.empty(0, np.int64)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, at: int) -> str:
        start = int(self.ends[at - 1]) if at else 0
        return self.block[start : int(self.ends[at])].tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        block, start = self.block.tobytes(), 0
        for end in self.ends.tolist():
            yield block[start:end].decode("utf-8", "surrogatepass")
            start = end


class GrowingStrings:
    """Strings at the end of which others can be put; earlier, shorter ones stay as they were."""

    def __init__(self, base: PackedStrings | list[str], more: list[str] | None = None, length: int = -1) -> None:
        self._base, self._more = base, [] if more is None else more
        self._length = len(base) if length < 0 else length

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, at: SupportsIndex) -> str:
        place = at.__index__()
        return self._base[place] if place < len(self._base) else self._more[place - len(self._base)]

    def __iter__(self) -> Iterator[str]:
        return chain(self._base, self._more[: self._length - len(self._base)])

    def plus(self, strings: Sequence[str]) -> "GrowingStrings":
        """These strings and others behind them; one writer at a time."""
        more = self._more
        if len(self._base) + len(more) != self._length:  # somebody put others behind them
            more = more[: self._length - len(self._base)]
        more.extend(strings)
        return GrowingStrings(self._base, more, self._length + len(strings))
