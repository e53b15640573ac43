"""What a retriever answers: documents found, and how a corpus differs from the one that is indexed."""

from collections.abc import Mapping
from typing import NamedTuple

from .rows import GrowingStrings


class Hit(NamedTuple):
    """One document found."""

    id: str
    score: float
    text: str


class Changes(NamedTuple):
    """How a corpus differs from the one that is indexed, as ids."""

    new: list[str]
    changed: list[str]
    gone: list[str]

    @classmethod
    def between(cls, rows: Mapping[str, int], texts: GrowingStrings, given: Mapping[str, str]) -> "Changes":
        """Of the texts in these rows, by id, and the texts that are given, by id."""
        return cls(
            [name for name in given if name not in rows],
            [name for name, text in given.items() if name in rows and texts[rows[name]] != text],
            [name for name in rows if name not in given],
        )
