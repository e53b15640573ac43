"""What a task is made of, as hashes of its texts: the same texts are known under any name, in any order, in any part.

A text counts as itself whatever its case and white space: it is case-folded, and each run of white space is one space.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
"""Sorted, each once."""

HASH_BYTES = 8

HALF = 0.5
"""The share of queries, or of documents, from which on a task counts as one that was seen."""


@dataclass(frozen=True)
class Content:
    """Hashes of a task's texts: 8 bytes of BLAKE2b each, little-endian, sorted, each once."""

    queries: bytes
    documents: bytes

    @classmethod
    def of(cls, queries: Iterable[str], documents: Iterable[str]) -> "Content":
        """The content of these texts."""
        return cls(_packed(queries), _packed(documents))


@dataclass(frozen=True)
class KnownTask:
    """What tells one task from another."""

    name: str
    fingerprint: str
    content: Content | None = None
    """None for a task that an older version recorded."""


@dataclass(frozen=True)
class Overlap:
    """How much two tasks, or a task and all that a run searched on, have in common."""

    queries: float = 0.0
    """Shared queries, as a share of the smaller of both: a sample of a task lies wholly in it."""
    documents: float = 0.0
    """Likewise of documents."""
    by_content: bool = True
    """False where an older archive holds no content, so that names and fingerprints were compared instead."""

    @property
    def seen(self) -> bool:
        """Whether it is so much that a task counts as seen."""
        return max(self.queries, self.documents) >= HALF

    @property
    def partial(self) -> bool:
        """Whether it is something, but not so much."""
        return not self.seen and max(self.queries, self.documents) > 0

    def __or__(self, other: "Overlap") -> "Overlap":
        return Overlap(
            max(self.queries, other.queries),
            max(self.documents, other.documents),
            self.by_content and other.by_content,
        )

    def __str__(self) -> str:
        return f"{self.queries:.0%} of queries, {self.documents:.0%} of documents"


@dataclass(frozen=True)
class Searched:
    """The tasks that runs searched on, or heads were trained on."""

    tasks: frozenset[KnownTask] = frozenset()

    def __or__(self, other: "Searched") -> "Searched":
        return Searched(self.tasks | other.tasks)

    def overlap(self, task: KnownTask) -> Overlap:
        """How much of a task is in these: in the one that has most of it, or in all of them together."""
        found = Overlap()
        for each in self.tasks:
            found |= overlap(each, task)
        if task.content is None or len(self.tasks) < 2:
            return found
        return found | Overlap(
            _held(task.content.queries, self._queries), _held(task.content.documents, self._documents)
        )

    @cached_property
    def _queries(self) -> Hashes:
        return _union(task.content.queries for task in self.tasks if task.content)

    @cached_property
    def _documents(self) -> Hashes:
        return _union(task.content.documents for task in self.tasks if task.content)


NOTHING = Searched()


def overlap(one: KnownTask, other: KnownTask) -> Overlap:
    """How much two tasks share by content; by name and fingerprint, all or nothing, where one has no content."""
    if one.fingerprint == other.fingerprint:
        return Overlap(1.0, 1.0)
    if one.content is None or other.content is None:
        share = float(one.name == other.name)
        return Overlap(share, share, by_content=False)
    return Overlap(
        _shared(one.content.queries, other.content.queries), _shared(one.content.documents, other.content.documents)
    )


def _packed(texts: Iterable[str]) -> bytes:
    digests = sorted({_hash(text) for text in texts}, key=_number)
    return b"".join(digests)


def _hash(text: str) -> bytes:
    folded = " ".join(text.split()).casefold()
    return hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()


def _number(digest: bytes) -> int:
    return int.from_bytes(digest, "little")


def _hashes(packed: bytes) -> Hashes:
    return np.frombuffer(packed, dtype="<u8").astype(np.uint64)


def _union(parts: Iterable[bytes]) -> Hashes:
    return np.unique(np.concatenate([np.zeros(0, np.uint64), *map(_hashes, parts)]))


def _held(packed: bytes, by: Hashes) -> float:
    own = _hashes(packed)
    return len(np.intersect1d(own, by, assume_unique=True)) / max(len(own), 1)


def _shared(one: bytes, other: bytes) -> float:
    smaller, larger = sorted((one, other), key=len)
    return _held(smaller, _hashes(larger))
