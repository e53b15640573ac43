"""BM25 against bm25s and against the formula."""

import math
from collections import Counter

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives import bm25, words
from primitives.tokens import word_stem

texts = st.lists(st.sampled_from(["cat", "dog", "fish", "bird"]), max_size=8).map(" ".join)


@given(st.lists(texts, min_size=1, max_size=4), st.lists(texts, min_size=1, max_size=6))
def test_follows_the_formula(queries: list[str], documents: list[str]) -> None:
    scores = bm25(queries, documents)
    tokens = [document.split() for document in documents]
    mean_length = max(sum(map(len, tokens)) / len(tokens), 1.0)
    for (row, column), score in np.ndenumerate(scores):
        expected = 0.0
        for word, times in Counter(queries[row].split()).items():
            holding = sum(word in found for found in tokens)
            frequency = tokens[column].count(word)
            norm = 1.5 * (0.25 + 0.75 * len(tokens[column]) / mean_length)
            idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
            expected += times * idf * frequency * 2.5 / (frequency + norm)
        assert score == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_equals_bm25s_up_to_its_constant_factor() -> None:
    random = np.random.default_rng(3)
    vocabulary = [f"word{number}" for number in range(60)]
    documents = [" ".join(random.choice(vocabulary, size)) for size in random.integers(3, 60, 80)]
    queries = [" ".join(random.choice(vocabulary, 6)) for _ in range(20)]
    reference = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    reference.index([words(document) for document in documents], show_progress=False)
    expected = np.stack([reference.get_scores(words(query)) for query in queries])
    assert bm25(queries, documents) == pytest.approx(expected * 2.5, rel=1e-4)


def test_words_are_lower_case_without_function_words_and_split_identifiers() -> None:
    assert words("The HTTP_client, and its naïve re-try of 2nd") == ["http", "client", "naïve", "re", "try", "2nd"]


def test_empty_texts_and_strangers_score_zero() -> None:
    assert np.array_equal(bm25(["", "cat"], ["", "dog"]), np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("word", "stem"),
    [line.split() for line in """
        caresses caress;ponies poni;ties ti;caress caress;cats cat;feed feed;agreed agree;plastered plaster;bled bled
        motoring motor;sing sing;conflated conflate;troubled trouble;sized size;hopping hop;tanned tan;falling fall
        hissing hiss;fizzed fizz;failing fail;filing file;happy happi;sky sky;as as;naïves naïves;2nds 2nds;yes ye
    """.replace(";", "\n").strip().splitlines()],
)  # fmt: skip
def test_stems_are_those_of_the_first_step_of_porter(word: str, stem: str) -> None:
    assert word_stem(word) == stem
    assert words(word, stem=True) == ([] if word == "as" else [stem])


def test_choices_of_what_a_word_is() -> None:
    text = "HTTPServer reads DataFrames of naïve 2ndPart"
    whole = ["httpserver", "reads", "dataframes", "naïve", "2ndpart"]
    assert words(text) == whole
    humps = ["httpserver", "http", "server", "reads", "dataframes", "data", "frames", "naïve"]
    assert words(text, camel=True) == [*humps, "2ndpart", "2", "nd", "part"]
    assert words("x İstanbul") == words("x İstanbul", camel=True)
    assert words("東京都の天気 in Tokyo, 雨", cjk=True) == ["東京", "京都", "都の", "の天", "天気", "tokyo", "雨"]
    assert words("abc東京def", cjk=True) == ["abc", "東京", "def"]
    assert words("Reading the PageRanks", stem=True, camel=True) == ["read", "pagerank", "page", "rank"]


def test_where_no_words_are_seen_one_line_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    queries, documents = ["天気はどう"], ["今日の天気は雨です", "株価は上がった"]
    assert not bm25(queries, documents).any()
    assert capsys.readouterr().out == "bm25 sees nothing: 1 of 1 queries share no word with any document.\n"
    assert bm25(queries, documents, cjk=True)[0, 0] > bm25(queries, documents, cjk=True)[0, 1]
    assert bm25(["cats", "dogs", "cow"], ["dog cat"], stem=True)[:, 0].tolist()[2] == 0
    assert capsys.readouterr().out == ""
