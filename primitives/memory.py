"""The last indexes of documents, so that nothing is read twice where only some documents are new.

A memory is a list, newest first, of choices, documents (texts or vectors) and the index that was made of them.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from primitives.arrays import FloatMatrix

Index = TypeVar("Index")
Documents = TypeVar("Documents", Sequence[str], FloatMatrix)


def recall(
    memory: list[tuple[object, Documents, Index]],
    choices: object,
    documents: Documents,
    make: Callable[[Documents], Index],
    extend: Callable[[Index, Documents], Index],
    most: int = 10,
) -> Index:
    """The index of these documents: remembered, extended where others stand behind remembered ones, or made.

    `documents` is kept as it is: hand over a copy of what may change. Documents that changed places, or of which some
    are gone, are read anew. The memory keeps `most` indexes.
    """
    known = next((entry for entry in memory if entry[0] == choices and begins(documents, entry[1])), None)
    if known is None:
        index = make(documents)
    else:
        more = documents[len(known[1]) :]
        index = extend(known[2], more) if len(more) else known[2]
    kept = [(choices, documents, index)]
    kept += [entry for entry in memory if entry is not known]
    memory[:] = kept[:most]  # in one step, whatever other threads do
    return index


def begins(documents: Documents, known: Documents) -> bool:
    """Whether the known documents, one at least, stand first in the same order."""
    if not 0 < len(known) <= len(documents):
        return False
    first = documents[: len(known)]
    return np.array_equal(first, known) if isinstance(known, np.ndarray) else bool(first == known)
