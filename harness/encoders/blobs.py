"""An entry of the store as bytes: its vector, and behind it, of texts that have them, its many vectors and its words.

The one vector is float32, the many are in the type that their encoder keeps them in. Of n words there are the places,
n uint32, then the weights, n uint16, and last n and how many words there might be, two uint32. All numbers are
little-endian.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.encoders.entries import Entries
from harness.encoders.stored import packed, unpacked
from harness.encoders.worded import join_many, join_words, with_words, words_of
from primitives import MultiVectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_LITTLE_ENDIAN: Mapping[str, np.dtype[Any]] = {
    "float32": np.dtype("<f4"),
    "float16": np.dtype("<f2"),
    "int8": np.dtype("i1"),
}
_ONE: np.dtype[Any] = _LITTLE_ENDIAN["float32"]
_PLACE, _WEIGHT = np.dtype("<u4"), np.dtype("<u2")
_TAIL = np.dtype((_PLACE, 2))

Row = tuple[bytes, int, float, bytes, int, int]
"""Key, tokens, seconds, data, checksum and last use."""


@dataclass(frozen=True)
class Kind:
    """What entries hold beside their one vector."""

    many: str
    """The type of number of their many vectors."""
    words: bool = False
    """Whether weights of words stand behind these."""


def fits(data: bytes, dim: int, kind: Kind | None) -> bool:
    """Whether this is one vector, or with `kind` that and at least one more, and words if there must be such."""
    more = len(data) - _ONE.itemsize * dim
    if kind is None:
        return more == 0
    if kind.words:
        more -= _TAIL.itemsize
        more -= (_PLACE.itemsize + _WEIGHT.itemsize) * _n_words(data) if more > 0 else 0
    return more > 0 and more % (_LITTLE_ENDIAN[kind.many].itemsize * dim) == 0


def blob_of(entries: Entries, i: int, stored: str) -> bytes:
    """What is kept of entry i, its many vectors as `stored`."""
    one: bytes = entries.vectors[i].astype(_ONE).tobytes()
    if entries.many is None:
        return one
    more: bytes = packed(entries.many.of(i), stored).astype(_LITTLE_ENDIAN[stored], copy=False).tobytes()
    words = words_of(entries.many)
    return one + more + (b"" if words is None else _blob_of_words(words[i]))


def read_entries(positions: list[int], rows: Sequence[Row], dim: int, kind: Kind | None) -> Entries:
    """Entries from rows whose data fit."""
    width = _ONE.itemsize * dim
    data = np.frombuffer(b"".join(row[3][:width] for row in rows), dtype=_ONE).reshape(-1, dim)
    found = Entries(
        np.array(positions, dtype=np.int64),
        data.astype(np.float32, copy=False),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
    )
    if kind is None:
        return found
    number = _LITTLE_ENDIAN[kind.many]
    ends = [_start_of_words(row[3]) if kind.words else len(row[3]) for row in rows]
    sizes = [(end - width) // (number.itemsize * dim) for end in ends]
    held = b"".join(row[3][width:end] for row, end in zip(rows, ends, strict=True))
    kept = np.frombuffer(held, dtype=number).reshape(-1, dim)
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)))
    many = MultiVectors(unpacked(kept.astype(kind.many, copy=False)), offsets)
    words = join_words([_read_words(row[3]) for row in rows]) if kind.words else None
    return replace(found, many=with_words(many, words))


def _blob_of_words(row: "csr_matrix") -> bytes:
    tail = np.array([row.nnz, row.shape[1]], dtype=_TAIL.base)
    return bytes(row.indices.astype(_PLACE).tobytes() + row.data.astype(_WEIGHT).tobytes() + tail.tobytes())


def _read_words(data: bytes) -> "csr_matrix":
    """The weights of one text, (1, words)."""
    from scipy.sparse import csr_matrix

    n, start = _n_words(data), _start_of_words(data)
    places = np.frombuffer(data, _PLACE, n, start).astype(np.int32)
    weights = np.frombuffer(data, _WEIGHT, n, start + _PLACE.itemsize * n).astype(np.uint16)
    (total,) = np.frombuffer(data, _PLACE, 1, len(data) - _PLACE.itemsize)
    return csr_matrix((weights, places, [0, n]), shape=(1, int(total)))


def _n_words(data: bytes) -> int:
    return int(np.frombuffer(data, _PLACE, 1, len(data) - _TAIL.itemsize)[0])


def _start_of_words(data: bytes) -> int:
    return len(data) - _TAIL.itemsize - (_PLACE.itemsize + _WEIGHT.itemsize) * _n_words(data)


def overlaid(entries: Entries, held: Entries) -> Entries:
    """`entries` with the rows at `held.positions` replaced by `held`'s."""
    vectors, tokens, seconds, many = entries.vectors.copy(), entries.tokens.copy(), entries.seconds.copy(), entries.many
    vectors[held.positions], tokens[held.positions], seconds[held.positions] = held.vectors, held.tokens, held.seconds
    if many is not None and held.many is not None:
        rows = np.arange(len(entries))
        rows[held.positions] = len(entries) + np.arange(len(held))
        many = join_many([many, held.many], vectors.shape[1]).take(rows)
    return replace(entries, vectors=vectors, tokens=tokens, seconds=seconds, many=many)
