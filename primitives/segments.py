"""Cut documents into segments, by rule and without data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from primitives.arrays import IndexArray

SENTENCE_END = re.compile(
    r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])"  # a stop, then a capital or a digit
    r"|(?<=[。！？])"
    r"|\n\s*\n|\n\s*(?=[-*•] )"  # a blank line, the next item of a list
)

NOT_AN_END = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|vs|Inc|Ltd|Co|Corp|No|Nos|Fig|Eq|Sec|Art|Vol|pp|cf|al|Gen|Rep|Sen)"
    r"|\b[a-z]\.[a-z])\.$"
)
"""A stop that belongs to an abbreviation or an initial."""


@dataclass(frozen=True)
class Segments:
    """Segment texts of all documents in one list; each document has at least one."""

    texts: list[str]
    starts: IndexArray
    """Position of each document's first segment in `texts`; int64 (N,), strictly rising."""

    @property
    def owner(self) -> IndexArray:
        """Document of each segment; int64 (S,)."""
        sizes = np.diff(np.append(self.starts, len(self.texts)))
        return np.repeat(np.arange(len(self.starts), dtype=np.int64), sizes)


def sentences(text: str) -> list[str]:
    """Split a text into its sentences, blanks trimmed; a text without words is its own only sentence.

    Abbreviations (Mr., e.g., U.S.) do not end a sentence; blank lines and list items do.
    """
    found: list[str] = []
    start = 0
    for end in SENTENCE_END.finditer(text):
        if end.start() > start and not NOT_AN_END.search(text, max(start, end.start() - 12), end.start()):
            found.append(text[start : end.end()].strip())
            start = end.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if re.search(r"\w", sentence)] or [text.strip()]


def word_chunks(text: str, size: int = 120, overlap: int = 0) -> list[str]:
    """Cut a text into runs of `size` words, each sharing `overlap` words with the one before.

    The last run may be shorter but always holds a word that no earlier run has; a text without words is one empty run.
    """
    parts = text.split()
    step = size - overlap
    last = max(len(parts) - overlap, 1)
    return [" ".join(parts[start : start + size]) for start in range(0, last, step)]


def lead(text: str, most: int = 32) -> str:
    """The first sentence of a text, at most its first `most` words."""
    return " ".join(sentences(text)[0].split()[:most])


def spread(items: Sequence[str], most: int) -> list[str]:
    """At most `most` of the items, evenly spaced, the first one always among them."""
    if len(items) <= most:
        return list(items)
    return [items[index * len(items) // most] for index in range(most)]


def collect(parts: Sequence[Sequence[str]]) -> Segments:
    """Lay the parts of all documents in one list; no document may be without a part."""
    sizes = [len(part) for part in parts]
    starts = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)[:-1])).astype(np.int64)
    return Segments([text for part in parts for text in part], starts)


def sentence_segments(documents: Sequence[str], most: int = 8) -> Segments:
    """At most `most` sentences of each document, evenly spaced."""
    return collect([spread(sentences(document), most) for document in documents])


def pair_segments(documents: Sequence[str], most: int = 8) -> Segments:
    """At most `most` pairs of neighbouring sentences of each document, evenly spaced; a lone sentence stands alone."""
    found = [sentences(document) for document in documents]
    return collect([spread([" ".join(text[i : i + 2]) for i in range(max(len(text) - 1, 1))], most) for text in found])


def chunk_segments(documents: Sequence[str], most: int = 8) -> Segments:
    """At most `most` chunks of 120 words of each document, evenly spaced."""
    return collect([spread(word_chunks(document), most) for document in documents])
