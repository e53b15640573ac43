"""An entry of the store as bytes: its vector, and behind it, of texts that have them, its many vectors."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.encoders.entries import Entries
from primitives import MultiVectors
from primitives.vectors import join_vectors

_LITTLE_ENDIAN = np.dtype("<f4")

Row = tuple[bytes, int, float, bytes, int, int]
"""Key, tokens, seconds, data, checksum and last use."""


def fits(n_bytes: int, dim: int, many: bool) -> bool:
    """Whether so many bytes are one vector, or with `many` at least one more."""
    return n_bytes % (4 * dim) == 0 and n_bytes > 4 * dim if many else n_bytes == 4 * dim


def blob_of(entries: Entries, i: int) -> bytes:
    """What is kept of entry i."""
    rows = [entries.vectors[i : i + 1], *([] if entries.many is None else [entries.many.of(i)])]
    return np.concatenate(rows, dtype=_LITTLE_ENDIAN).tobytes()


def read_entries(positions: list[int], rows: Sequence[Row], dim: int, many: bool) -> Entries:
    """Entries from rows whose data fit."""
    data = np.frombuffer(b"".join(row[3] for row in rows), dtype=_LITTLE_ENDIAN).reshape(-1, dim)
    data = data.astype(np.float32, copy=False)
    found = Entries(
        np.array(positions, dtype=np.int64),
        data,
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
    )
    if not many:
        return found
    sizes = np.array([len(row[3]) // (4 * dim) for row in rows], dtype=np.int64)
    ones = np.cumsum(sizes) - sizes
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes - 1)))
    return replace(found, vectors=data[ones], many=MultiVectors(np.delete(data, ones, axis=0), offsets))


def overlaid(entries: Entries, held: Entries) -> Entries:
    """`entries` with the rows at `held.positions` replaced by `held`'s."""
    vectors, tokens, seconds, many = entries.vectors.copy(), entries.tokens.copy(), entries.seconds.copy(), entries.many
    vectors[held.positions], tokens[held.positions], seconds[held.positions] = held.vectors, held.tokens, held.seconds
    if many is not None and held.many is not None:
        rows = np.arange(len(entries))
        rows[held.positions] = len(entries) + np.arange(len(held))
        many = join_vectors([many, held.many], vectors.shape[1]).take(rows)
    return replace(entries, vectors=vectors, tokens=tokens, seconds=seconds, many=many)
