"""The rows that pass between the encoder, the memory layer and the disk store."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.encoders.protocol import EncodedBatch, FloatMatrix
from harness.encoders.worded import join_many
from primitives import MultiVectors


@dataclass(frozen=True)
class Entries:
    """n encoded texts, by their position in a request."""

    positions: NDArray[np.int64]
    """int64 (n,)."""
    vectors: FloatMatrix
    """Unit rows of full width, float32 (n, dim)."""
    tokens: NDArray[np.int64]
    """int64 (n,)."""
    seconds: NDArray[np.float64]
    """What each text's own encoding took, float64 (n,)."""
    many: MultiVectors | None = None
    """Of texts that were asked for many vectors: those."""

    def __len__(self) -> int:
        return len(self.positions)

    def take(self, rows: NDArray[np.int64]) -> "Entries":
        """Entries of some rows, int64 (m,), numbered 0 to m - 1."""
        many = self.many.take(rows) if self.many is not None else None
        return Entries(np.arange(len(rows)), self.vectors[rows], self.tokens[rows], self.seconds[rows], many)


def from_batch(batch: EncodedBatch) -> Entries:
    """Charge each text of a batch its share of the time, by tokens."""
    shares = np.maximum(batch.tokens, 1)
    return Entries(batch.positions, batch.vectors, batch.tokens, batch.seconds * shares / shares.sum(), batch.many)


def join(parts: Sequence[Entries], dim: int, *, many: bool = False) -> Entries:
    """One after another, with `many` their many vectors too; `dim` is the width where there are no parts."""
    vectors = [part.many for part in parts if part.many is not None]
    return Entries(
        np.concatenate([np.empty(0, np.int64), *(part.positions for part in parts)]),
        np.concatenate([np.empty((0, dim), np.float32), *(part.vectors for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.tokens for part in parts)]),
        np.concatenate([np.empty(0, np.float64), *(part.seconds for part in parts)]),
        join_many(vectors, dim) if many else None,
    )
