"""Many vectors a text, as programs see them; primitives have the same value, and import nothing from here."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Ragged(Protocol):
    """Whatever holds the vectors of n texts one after another."""

    @property
    def vectors(self) -> NDArray[np.float32]: ...

    @property
    def offsets(self) -> NDArray[np.int64]: ...


@dataclass(frozen=True)
class MultiVectors:
    """The vectors of n texts, at least one each: those of text i are rows `offsets[i]` to `offsets[i + 1]`."""

    vectors: NDArray[np.float32]
    """Unit rows of all texts, float32 (total, dim)."""
    offsets: NDArray[np.int64]
    """int64 (n + 1,), from 0 to total."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Vectors of each text, int64 (n,)."""
        return np.diff(self.offsets)

    def of(self, text: int) -> NDArray[np.float32]:
        """The vectors of one text, float32 (K, dim)."""
        return self.vectors[self.offsets[text] : self.offsets[text + 1]]

    def part(self, first: int, end: int) -> "MultiVectors":
        """The vectors of the texts from `first` to `end`, where they lie."""
        offsets = self.offsets[first : end + 1]
        return MultiVectors(self.vectors[offsets[0] : offsets[-1]], offsets - offsets[0])

    def take(self, texts: NDArray[np.integer]) -> "MultiVectors":
        """The vectors of some texts, (m,), in their order; a copy."""
        return joined([self.part(text, text + 1) for text in texts.tolist()], self.vectors.shape[1])


def joined(parts: list[MultiVectors], dim: int) -> MultiVectors:
    """One after another; `dim` is the width where there are no parts."""
    sizes = np.concatenate([np.zeros(1, np.int64), *(part.sizes for part in parts)])
    return MultiVectors(
        np.concatenate([np.empty((0, dim), np.float32), *(part.vectors for part in parts)]), np.cumsum(sizes)
    )


def fault_of(value: object, n_texts: int) -> str | None:
    """What is wrong with the vectors of n texts; None when they are float32 (total, dim), finite, and each has one."""
    vectors, offsets = getattr(value, "vectors", None), getattr(value, "offsets", None)
    if not isinstance(vectors, np.ndarray) or vectors.dtype != np.float32 or vectors.ndim != 2:
        return "it returned something other than vectors in a float32 matrix"
    if not isinstance(offsets, np.ndarray) or offsets.dtype != np.int64 or offsets.shape != (n_texts + 1,):
        return f"it returned no int64 offsets of its texts (there are {n_texts})"
    if offsets[0] != 0 or offsets[-1] != len(vectors) or (np.diff(offsets) < 1).any():
        return "it returned offsets that do not give each text a vector"
    return None if np.isfinite(vectors).all() else "it returned NaN or infinity"
