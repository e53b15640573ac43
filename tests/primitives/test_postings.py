"""Postings against a loop over texts, and joined ones against those read at once."""

from collections import Counter
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives.postings import Postings, all_words, join_postings, read_postings, span_of, word_at
from primitives.tokens import runs, words

TEXTS = st.lists(st.text(alphabet="abÉ東 _A1", max_size=12), max_size=8)


def read(texts: list[str]) -> Postings:
    return read_postings(texts, runs, words)


@given(TEXTS)
def test_hold_what_a_loop_counts(texts: list[str]) -> None:
    postings = read(texts)
    counted = [Counter(words(text)) for text in texts]
    assert all_words(postings) == sorted(set().union(*counted))
    assert postings.lengths.tolist() == [counts.total() for counts in counted]
    for number, word in enumerate(all_words(postings)):
        assert word_at(postings, number).decode() == word
        span = span_of(postings, word)
        found = zip(postings.documents[span].tolist(), postings.frequency[span].tolist(), strict=True)
        assert list(found) == [(place, counts[word]) for place, counts in enumerate(counted) if word in counts]
    assert span_of(postings, "nonesuch") == slice(0, 0)


@given(TEXTS, TEXTS)
def test_joined_ones_are_those_of_all_texts(old: list[str], new: list[str]) -> None:
    joined, whole = join_postings(read(old), read(new)), read([*old, *new])
    for field in fields(Postings):
        found, expected = getattr(joined, field.name), getattr(whole, field.name)
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected), field.name


def test_texts_are_read_in_blocks_as_if_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"word{number % 7} and word{number % 5} again word{number % 5}" for number in range(50)]
    whole = read(texts)
    monkeypatch.setattr("primitives.postings.TEXTS_AT_ONCE", 8)
    assert all(np.array_equal(getattr(read(texts), f.name), getattr(whole, f.name)) for f in fields(Postings))
