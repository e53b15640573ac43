"""An entry of the store as bytes: its vector, and behind it, of texts that have them, its many vectors.

The one vector is float32, the many are in the type that their encoder keeps them in. All numbers are little-endian.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from harness.encoders.entries import Entries
from harness.encoders.stored import packed, unpacked
from primitives import MultiVectors
from primitives.vectors import join_vectors

_LITTLE_ENDIAN: Mapping[str, np.dtype[Any]] = {
    "float32": np.dtype("<f4"),
    "float16": np.dtype("<f2"),
    "int8": np.dtype("i1"),
}
_ONE: np.dtype[Any] = _LITTLE_ENDIAN["float32"]

Row = tuple[bytes, int, float, bytes, int, int]
"""Key, tokens, seconds, data, checksum and last use."""


def fits(n_bytes: int, dim: int, many: str | None) -> bool:
    """Whether so many bytes are one vector, or with `many`, the type of the others, at least one more."""
    more = n_bytes - _ONE.itemsize * dim
    if many is None:
        return more == 0
    return more > 0 and more % (_LITTLE_ENDIAN[many].itemsize * dim) == 0


def blob_of(entries: Entries, i: int, stored: str) -> bytes:
    """What is kept of entry i, its many vectors as `stored`."""
    one: bytes = entries.vectors[i].astype(_ONE).tobytes()
    if entries.many is None:
        return one
    more: bytes = packed(entries.many.of(i), stored).astype(_LITTLE_ENDIAN[stored], copy=False).tobytes()
    return one + more


def read_entries(positions: list[int], rows: Sequence[Row], dim: int, many: str | None) -> Entries:
    """Entries from rows whose data fit."""
    width = _ONE.itemsize * dim
    data = np.frombuffer(b"".join(row[3][:width] for row in rows), dtype=_ONE).reshape(-1, dim)
    found = Entries(
        np.array(positions, dtype=np.int64),
        data.astype(np.float32, copy=False),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
    )
    if many is None:
        return found
    kind = _LITTLE_ENDIAN[many]
    sizes = [(len(row[3]) - width) // (kind.itemsize * dim) for row in rows]
    kept = np.frombuffer(b"".join(row[3][width:] for row in rows), dtype=kind).reshape(-1, dim)
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)))
    return replace(found, many=MultiVectors(unpacked(kept.astype(many, copy=False)), offsets))


def overlaid(entries: Entries, held: Entries) -> Entries:
    """`entries` with the rows at `held.positions` replaced by `held`'s."""
    vectors, tokens, seconds, many = entries.vectors.copy(), entries.tokens.copy(), entries.seconds.copy(), entries.many
    vectors[held.positions], tokens[held.positions], seconds[held.positions] = held.vectors, held.tokens, held.seconds
    if many is not None and held.many is not None:
        rows = np.arange(len(entries))
        rows[held.positions] = len(entries) + np.arange(len(held))
        many = join_vectors([many, held.many], vectors.shape[1]).take(rows)
    return replace(entries, vectors=vectors, tokens=tokens, seconds=seconds, many=many)
