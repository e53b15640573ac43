"""Segmentation: what ends a sentence, and that no word is lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives import Segments, chunk_segments, lead, pair_segments, sentence_segments, sentences, word_chunks
from primitives.segments import spread


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Dr. Smith met Mr. J. R. Jones. They left.", ["Dr. Smith met Mr. J. R. Jones.", "They left."]),
        ("Made in the U.S. Army, e.g. For example. Next.", ["Made in the U.S. Army, e.g. For example.", "Next."]),
        ("It is 3.14 or 2.5. See Fig. 3 and No. 4.", ["It is 3.14 or 2.5.", "See Fig. 3 and No. 4."]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("A heading\n\nA paragraph. End", ["A heading", "A paragraph.", "End"]),
        ("Items:\n- one\n- two", ["Items:", "- one", "- two"]),
        ("今日は。明日は。", ["今日は。", "明日は。"]),
        ("use foo.bar() and then stop. lower case goes on.", ["use foo.bar() and then stop. lower case goes on."]),
        ("", [""]),
        ("  ... !!! ", ["... !!!"]),
    ],
)
def test_sentence_ends(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet="ab .!?\n\"'A1-。", max_size=200))
def test_sentences_keep_every_word_in_order(text: str) -> None:
    kept = "".join("".join(sentences(text)).split())
    letters = [character for character in text if character.isalnum()]
    assert [character for character in kept if character.isalnum()] == letters


@pytest.mark.parametrize("text", ["\n" * 200_000, "a. " * 100_000, '"' * 200_000, ". " * 100_000, ".\n \n" * 50_000])
@pytest.mark.timeout(20)
def test_the_splitter_ends_on_texts_that_invite_backtracking(text: str) -> None:
    assert sentences(text)


@given(st.integers(0, 40), st.integers(1, 9), st.data())
def test_chunks_cover_all_words_with_their_overlap(count: int, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    words = [f"w{number}" for number in range(count)]
    chunks = [chunk.split() for chunk in word_chunks(" ".join(words), size, overlap)]
    assert all(len(chunk) <= size for chunk in chunks)
    rebuilt = chunks[0] + [word for chunk in chunks[1:] for word in chunk[overlap:]]
    assert rebuilt == words
    assert all(len(chunk) > overlap for chunk in chunks[1:])


@given(st.lists(st.integers(), max_size=40).map(lambda numbers: [str(number) for number in numbers]), st.integers(1, 9))
def test_spread_keeps_order_and_the_first(items: list[str], most: int) -> None:
    kept = spread(items, most)
    assert len(kept) == min(len(items), most)
    assert kept[:1] == items[:1]
    rest = iter(items)
    assert all(item in rest for item in kept)


@given(st.lists(st.text(alphabet="ab. \nA", max_size=60), min_size=1, max_size=6))
def test_every_document_owns_its_segments(documents: list[str]) -> None:
    for cut, parts in ((sentence_segments, sentences), (chunk_segments, word_chunks)):
        found: Segments = cut(documents, 3)
        expected = [spread(parts(document), 3) for document in documents]
        assert found.texts == [text for texts in expected for text in texts]
        assert np.array_equal(found.owner, np.repeat(np.arange(len(documents)), [len(texts) for texts in expected]))
        assert np.all(np.diff(found.starts) > 0)


def test_pairs_are_neighbouring_sentences() -> None:
    found = pair_segments(["One. Two. Three.", "Alone.", ""], 8)
    assert found.texts == ["One. Two.", "Two. Three.", "Alone.", ""]
    assert found.starts.tolist() == [0, 2, 3]
    assert pair_segments(["One. Two. Three. Four. Five."], 2).texts == ["One. Two.", "Three. Four."]


def test_the_lead_is_the_first_sentence_cut_to_its_first_words() -> None:
    assert lead("Short one. And more.") == "Short one."
    assert lead(" ".join(["word"] * 50)) == " ".join(["word"] * 32)
    assert lead("") == ""
