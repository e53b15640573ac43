"""Many unit vectors kept in fewer bytes: as float32, as float16, or as int8.

Keeping once more what came back keeps the same bits: so an encoder whose answers went through here once gives the same
numbers fresh, from memory, from disk and from an exported index.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.encoders.protocol import FloatMatrix
from harness.errors import UsageError

STORED = ("float32", "float16", "int8")
"""Names of the types of number that a vector is kept in: 4, 2 and 1 bytes a component."""
_STEPS = 127
"""Whole steps of int8 from 0 to a row's greatest component."""
_ROWS_AT_ONCE = 4096


def check_stored(stored: str) -> str:
    """The name of a type of number. Raises UsageError for any that is none of STORED."""
    if stored not in STORED:
        raise UsageError(f"encoder.options.stored must be one of {', '.join(STORED)}, not {stored!r}.")
    return stored


def packed(vectors: FloatMatrix, stored: str) -> NDArray[Any]:
    """Unit rows, float32 (n, dim), in the type to keep, (n, dim).

    An int8 row is in steps of a 127th of its own greatest component. That scale need not be kept: its length is 1.
    """
    if stored != "int8":
        return vectors.astype(stored, copy=False)
    kept = np.empty(vectors.shape, np.int8)
    for some in _blocks(len(vectors)):
        greatest = np.abs(vectors[some]).max(axis=1, keepdims=True, initial=0)
        kept[some] = np.rint(vectors[some] * (_STEPS / np.where(greatest > 0, greatest, 1)))
    return kept


def unpacked(kept: NDArray[Any]) -> FloatMatrix:
    """What `packed` gave as float32 (n, dim), whose rows are of length 1; of float16, to 0.0005.

    Lengths of int8 rows are summed in float64, which is exact, so that no machine's order of sums moves a bit.
    """
    if kept.dtype != np.int8:
        return kept.astype(np.float32, copy=False)
    rows = np.empty(kept.shape, np.float32)
    for some in _blocks(len(kept)):
        wide = kept[some].astype(np.float64)
        lengths = np.sqrt(np.vecdot(wide, wide))[:, None]
        rows[some] = wide / np.where(lengths > 0, lengths, 1)
    return rows


def rounded(vectors: FloatMatrix, stored: str) -> FloatMatrix:
    """Unit rows, float32 (n, dim), as they come back when they were kept so."""
    return unpacked(packed(vectors, stored))


def _blocks(total: int) -> list[slice]:
    return [slice(start, start + _ROWS_AT_ONCE) for start in range(0, total, _ROWS_AT_ONCE)]
