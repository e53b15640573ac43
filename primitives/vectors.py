"""Many vectors a text, in rows one after another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from primitives.arrays import FloatMatrix, IndexArray


@dataclass(frozen=True)
class MultiVectors:
    """The vectors of n texts, at least one each: those of text i are rows `offsets[i]` to `offsets[i + 1]`."""

    vectors: FloatMatrix
    """Unit rows of all texts, float32 (total, dim)."""

    offsets: IndexArray
    """int64 (n + 1,), from 0 to total."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def sizes(self) -> IndexArray:
        """Vectors of each text, int64 (n,)."""
        return np.diff(self.offsets)

    def of(self, text: int) -> FloatMatrix:
        """The vectors of one text, float32 (K, dim)."""
        return self.vectors[self.offsets[text] : self.offsets[text + 1]]

    def take(self, texts: IndexArray) -> "MultiVectors":
        """The vectors of some texts, int64 (m,), in their order; a copy."""
        sizes = self.sizes[texts]
        offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
        # Where each row of the answer stands: the start of its text, and its place in it.
        rows = np.repeat(self.offsets[texts] - offsets[:-1], sizes) + np.arange(offsets[-1])
        return MultiVectors(self.vectors[rows], offsets)


def join_vectors(parts: Sequence[MultiVectors], dim: int) -> MultiVectors:
    """The texts of several values, one after another; `dim` is the width where there are none."""
    sizes = np.concatenate([np.zeros(1, np.int64), *(part.sizes for part in parts)])
    return MultiVectors(
        np.concatenate([np.empty((0, dim), np.float32), *(part.vectors for part in parts)]), np.cumsum(sizes)
    )


def multi_vectors(parts: Sequence[FloatMatrix], dim: int) -> MultiVectors:
    """The vectors of n texts, float32 (K_i, dim) each, as one value; `dim` is the width where there are no texts."""
    offsets = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=offsets[1:])
    return MultiVectors(np.concatenate([np.empty((0, dim), np.float32), *parts]), offsets)
