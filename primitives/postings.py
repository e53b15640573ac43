"""Which documents hold which word, in plain arrays: read from texts, and joined with those of more texts."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from primitives.arrays import IndexArray

TEXTS_AT_ONCE = 1000
"""Texts whose words are held as strings at once: bounds the memory."""


@dataclass(frozen=True)
class Postings:
    """Words in sorted order, and the documents that hold them, in compressed sparse rows.

    V words, N documents, P pairs of a word and a document that holds it.
    """

    letters: NDArray[np.uint8]
    """UTF-8 of all words in the order of their code points, a line feed after each; uint8."""

    ends: IndexArray
    """Position in `letters` of the line feed after each word; int64 (V,)."""

    first: IndexArray
    """Position of each word's first pair, and at last P; int64 (V + 1,)."""

    documents: NDArray[np.int32]
    """Document of each pair, rising within a word; int32 (P,)."""

    frequency: NDArray[np.int32]
    """How often the document holds the word; int32 (P,)."""

    lengths: NDArray[np.int32]
    """Words in each document, repeated ones too; int32 (N,)."""


def word_at(postings: Postings, number: int) -> bytes:
    """One of the V words, as UTF-8."""
    start = int(postings.ends[number - 1]) + 1 if number else 0
    return postings.letters[start : int(postings.ends[number])].tobytes()


def all_words(postings: Postings) -> list[str]:
    """The V words, sorted."""
    return postings.letters.tobytes().decode().split("\n")[:-1]


def span_of(postings: Postings, word: str) -> slice:
    """Where the pairs of a word stand; empty for a word that no document holds."""
    wanted = word.encode()
    number = bisect_left(range(len(postings.ends)), wanted, key=partial(word_at, postings))
    if number == len(postings.ends) or word_at(postings, number) != wanted:
        return slice(0, 0)
    return slice(int(postings.first[number]), int(postings.first[number + 1]))


def read_postings(
    texts: Sequence[str], split: Callable[[str], Sequence[str]], expand: Callable[[str], Sequence[str]]
) -> Postings:
    """Postings of texts that `split` cuts into runs, each of which `expand` turns into words."""
    numbers: dict[str, int] = {}
    meanings: dict[str, list[int]] = {}
    terms, documents, frequencies, lengths = [], [], [], []
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        found = [split(text) for text in texts[start : start + TEXTS_AT_ONCE]]
        for run in dict.fromkeys(chain.from_iterable(found)):
            if run not in meanings:
                meanings[run] = [numbers.setdefault(word, len(numbers)) for word in expand(run)]
        told = [[number for run in text for number in meanings[run]] for text in found]
        length = np.array([len(text) for text in told], dtype=np.int32)
        term = np.fromiter(chain.from_iterable(told), np.int64, int(length.sum()))
        pairs, frequency = np.unique(term * len(told) + np.repeat(np.arange(len(told)), length), return_counts=True)
        terms.append((pairs // len(told)).astype(np.int32))
        documents.append((start + pairs % len(told)).astype(np.int32))
        frequencies.append(frequency.astype(np.int32))
        lengths.append(length)
    ordered = sorted(numbers)
    rank = np.empty(len(ordered), dtype=np.int32)
    rank[[numbers[word] for word in ordered]] = np.arange(len(ordered), dtype=np.int32)
    ranked = rank[joined(terms)]
    by_word = np.argsort(ranked, kind="stable")
    held = np.bincount(ranked, minlength=len(ordered))
    return lay_out(ordered, held, joined(documents)[by_word], joined(frequencies)[by_word], joined(lengths))


def join_postings(old: Postings, new: Postings) -> Postings:
    """Postings of the old documents and, after them, the new ones: equal to those read from all texts together."""
    words, added = all_words(old), all_words(new)
    place = np.array([bisect_left(words, word) for word in added], dtype=np.int64)
    fresh = np.array(
        [at == len(words) or words[at] != word for at, word in zip(place.tolist(), added, strict=True)], dtype=bool
    )
    # Each word moves behind the fresh ones that come before it.
    before = np.concatenate(([0], np.cumsum(np.bincount(place[fresh], minlength=len(words) + 1))))
    moved = np.arange(len(words)) + before[1 : len(words) + 1]
    number = place + np.cumsum(fresh) - fresh
    held = np.zeros(len(words) + int(fresh.sum()), dtype=np.int64)
    held[moved] = np.diff(old.first)
    sizes = np.diff(new.first)
    held[number] += sizes
    at = np.repeat(old.first[place + ~fresh], sizes)  # behind the pairs that the word has
    ordered = sorted([*words, *(word for word, is_fresh in zip(added, fresh.tolist(), strict=True) if is_fresh)])
    return lay_out(
        ordered,
        held,
        np.insert(old.documents, at, new.documents + np.int32(len(old.lengths))),
        np.insert(old.frequency, at, new.frequency),
        np.concatenate((old.lengths, new.lengths)),
    )


def lay_out(
    words: Sequence[str],
    held: IndexArray,
    documents: NDArray[np.int32],
    frequency: NDArray[np.int32],
    lengths: NDArray[np.int32],
) -> Postings:
    """Postings of sorted words, each held by so many documents."""
    letters = np.array(bytearray("".join(f"{word}\n" for word in words).encode()), dtype=np.uint8)
    first = np.concatenate(([0], np.cumsum(held))).astype(np.int64)
    return Postings(letters, np.flatnonzero(letters == ord("\n")), first, documents, frequency, lengths)


def joined(parts: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """The parts in one array; of none, an empty one."""
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32)
