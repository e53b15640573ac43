"""The last indexes of documents, so that nothing is read twice where only some documents are new."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np

from primitives.arrays import FloatMatrix

Index = TypeVar("Index")
Documents = TypeVar("Documents", Sequence[str], FloatMatrix)


class Memory(Generic[Index, Documents]):
    """A few indexes, each beside the documents (texts or vectors) and the choices it was made from, newest first."""

    def __init__(self, most: int = 4) -> None:
        self._most = most
        self._kept: list[tuple[object, Documents, Index]] = []

    def recall(
        self,
        choices: object,
        documents: Documents,
        make: Callable[[Documents], Index],
        extend: Callable[[Index, Documents], Index],
    ) -> Index:
        """The index of these documents: remembered, extended where others stand behind the remembered ones, or made.

        `documents` is kept as it is: hand over a copy of what may change. Nothing is said of documents that changed
        places or are gone: their index is made anew.
        """
        known = next((entry for entry in self._kept if entry[0] == choices and _begins(documents, entry[1])), None)
        if known is None:
            index = make(documents)
        else:
            more = documents[len(known[1]) :]
            index = extend(known[2], more) if len(more) else known[2]
        kept = [(choices, documents, index)]
        kept += [entry for entry in self._kept if entry is not known]
        self._kept = kept[: self._most]  # in one step, whatever other threads do
        return index


def _begins(documents: Documents, known: Documents) -> bool:
    """Whether the known documents, one at least, stand first in the same order."""
    if not 0 < len(known) <= len(documents):
        return False
    first = documents[: len(known)]
    return np.array_equal(first, known) if isinstance(known, np.ndarray) else bool(first == known)
