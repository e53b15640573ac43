"""The words of documents with their places: what stands beside what."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from primitives.arrays import IndexArray
from primitives.memory import recall
from primitives.tokens import runs, words_of_run

Spans = tuple[IndexArray, IndexArray]
"""First and last place of each occurrence of a term; int64 (n,) each."""


@dataclass(frozen=True)
class Places:
    """The T words of N documents one after another, of which V are different. `read_places` makes it."""

    ids: dict[str, int]
    """The V words, numbered by first use."""
    stream: NDArray[np.int32]
    """Number of the word at each place; int32 (T,)."""
    owner: IndexArray
    """Document of each place; int64 (T,)."""
    sizes: IndexArray
    """Words in each document; int64 (N,)."""
    order: IndexArray
    """Places by word, rising within a word; int64 (T,)."""
    first: IndexArray
    """Where each word's places begin in `order`, and at last T; int64 (V + 1,)."""
    stem: bool


def word_pairs(found: Sequence[str]) -> list[tuple[str, str]]:
    """Every two neighbouring words, in order.

    The ordered windows of Metzler and Croft, "A Markov random field model for term dependencies", 2005.
    """
    return list(pairwise(found))


def places_of(places: Places, word: str) -> IndexArray:
    """Where a word stands, rising; empty for a word that no document holds."""
    number = places.ids.get(word)
    return places.order[:0] if number is None else places.order[places.first[number] : places.first[number + 1]]


def spans_of_word(places: Places, word: str) -> Spans:
    """Where a word stands."""
    found = places_of(places, word)
    return found, found


def spans_of_pair(places: Places, pair: tuple[str, str]) -> Spans:
    """Where the second word stands directly behind the first one, in one document."""
    first, second = (places_of(places, word) for word in pair)
    begin = min(first, second - 1, key=len)  # the rarer word has fewer places to look beside
    begin = begin[(begin >= 0) & (begin + 1 < len(places.stream))]
    wanted = [places.ids.get(word, -1) for word in pair]
    held = (places.stream[begin] == wanted[0]) & (places.stream[begin + 1] == wanted[1])
    begin = begin[held & (places.owner[begin] == places.owner[begin + 1])]
    return begin, begin + 1


PLACES_MEMORY: list[tuple[object, Sequence[str], Places]] = []


def read_places(d_texts: Sequence[str], *, stem: bool = True) -> Places:
    """Read the words of N documents once; what a word is, and what `stem` does, `words` says.

    The last few readings are remembered: where other documents stand behind the same ones, those alone are read.
    """
    read = partial(read_stream, stem=stem)
    return recall(PLACES_MEMORY, stem, list(d_texts), partial(read, None), read)


def read_stream(old: Places | None, d_texts: Sequence[str], stem: bool) -> Places:
    """The places of these documents, behind those of the old ones where there are any."""
    numbers = dict(old.ids) if old else {}
    meanings: dict[str, list[int]] = {}
    told = []
    for text in d_texts:
        found = runs(text)
        for run in found:
            if run not in meanings:
                meant = words_of_run(run, stem=stem, camel=False, cjk=False)
                meanings[run] = [numbers.setdefault(word, len(numbers)) for word in meant]
        told.append(np.array([number for run in found for number in meanings[run]], dtype=np.int32))
    sizes = np.array([len(each) for each in told], dtype=np.int64)
    stream = np.concatenate([np.zeros(0, dtype=np.int32), *told])
    if old:
        stream, sizes = np.concatenate((old.stream, stream)), np.concatenate((old.sizes, sizes))
    first = np.concatenate(([0], np.cumsum(np.bincount(stream, minlength=len(numbers)))))
    owner = np.repeat(np.arange(len(sizes)), sizes)
    return Places(numbers, stream, owner, sizes, np.argsort(stream, kind="stable"), first, stem)
