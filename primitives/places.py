"""The words of documents with their places: what stands near what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from primitives.arrays import IndexArray
from primitives.memory import recall
from primitives.tokens import runs, words_of_run

REACH = 3
"""Words are near each other where they stand at most so many places apart."""

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


def word_pairs(found: Sequence[str], gaps: Iterable[int] = (1,)) -> list[tuple[str, str]]:
    """Every two words that stand so many places apart, by default neighbours, in their order.

    Neighbours are the ordered windows of Metzler and Croft, "A Markov random field model for term dependencies", 2005.
    """
    return [pair for gap in gaps for pair in zip(found, found[gap:], strict=False)]


def near_pairs(found: Sequence[str]) -> list[tuple[str, str]]:
    """Every two words at most `REACH` places apart, in the order of the alphabet.

    The unordered windows of Metzler and Croft, 2005, who take neighbours in the query and eight places in the document.
    """
    return [(min(pair), max(pair)) for pair in word_pairs(found, range(1, REACH + 1))]


def places_of(places: Places, word: str) -> IndexArray:
    """Where a word stands, rising; empty for a word that no document holds."""
    number = places.ids.get(word)
    return places.order[:0] if number is None else places.order[places.first[number] : places.first[number + 1]]


def spans_of_word(places: Places, word: str) -> Spans:
    """Where a word stands."""
    found = places_of(places, word)
    return found, found


def spans_of_pair(places: Places, pair: tuple[str, str], offsets: Sequence[int] = (1,)) -> Spans:
    """Where the second word stands at one of the offsets from the first one, in one document."""
    steps, other = np.array(offsets), pair[1]
    found, second = (places_of(places, word) for word in pair)
    if len(second) < len(found):  # the rarer word has fewer places to look around
        found, steps, other = second, -steps, pair[0]
    beside = found[:, None] + steps
    inside = np.clip(beside, 0, len(places.stream) - 1)
    held = (inside == beside) & (places.owner[inside] == places.owner[found][:, None])
    held &= places.stream[inside] == places.ids.get(other, -1)
    here, there = found[np.nonzero(held)[0]], beside[held]
    return np.minimum(here, there), np.maximum(here, there)


def spans_of_near(places: Places, pair: tuple[str, str]) -> Spans:
    """Where the two words stand at most `REACH` places apart, whichever comes first."""
    after = range(1, REACH + 1)
    return spans_of_pair(places, pair, after if pair[0] == pair[1] else [*after, *(-gap for gap in after)])


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
