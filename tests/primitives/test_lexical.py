"""BM25 against bm25s and against the formula."""

from collections import Counter

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives import bm25, lexical_index, words
from primitives.arrays import FloatMatrix
from primitives.lexical import extend_lexical
from primitives.tokens import FUNCTION_WORDS, WORD, runs, word_stem

texts = st.lists(st.sampled_from(["cat", "dog", "fish", "bird"]), max_size=8).map(" ".join)


def naive_bm25(queries: list[str], documents: list[str]) -> FloatMatrix:
    """The formula as a loop in float64, a query's words in order of first use, rounded once."""
    tokens = [words(document) for document in documents]
    mean_length = max(sum(map(len, tokens)) / len(tokens), 1.0)
    scores = np.zeros((len(queries), len(documents)))
    for row, query in enumerate(queries):
        for word, times in Counter(words(query)).items():
            holding = sum(word in found for found in tokens)
            idf = np.log1p((len(documents) - holding + 0.5) / (holding + 0.5))
            for column, found in enumerate(tokens):
                frequency = found.count(word)
                norm = 1.5 * (1 - 0.75 + 0.75 * (len(found) / mean_length))
                scores[row, column] += idf * (frequency * 2.5 / (frequency + norm)) * times
    return scores.astype(np.float32)


queries_and_documents = (st.lists(texts, min_size=1, max_size=4), st.lists(texts, min_size=1, max_size=6))


@given(*queries_and_documents)
def test_follows_the_formula_to_the_last_bit(queries: list[str], documents: list[str]) -> None:
    assert np.array_equal(bm25(queries, documents), naive_bm25(queries, documents))


@given(*queries_and_documents, st.data())
def test_scores_of_some_documents_are_those_of_all(
    queries: list[str], documents: list[str], data: st.DataObject
) -> None:
    column = st.integers(0, len(documents) - 1)
    columns = data.draw(
        st.lists(st.lists(column, min_size=3, max_size=3), min_size=len(queries), max_size=len(queries))
    )
    index = lexical_index(documents)
    expected = np.take_along_axis(index.scores(queries), np.array(columns), axis=1)
    assert np.array_equal(index.scores_at(queries, np.array(columns)), expected)
    assert np.array_equal(index.scores(queries), bm25(queries, documents))


@given(*queries_and_documents, st.sampled_from(["stem", "camel", "cjk"]))
def test_an_extended_index_scores_as_one_made_at_once(queries: list[str], documents: list[str], choice: str) -> None:
    grown = extend_lexical(lexical_index(documents[:1], **{choice: True}), documents[1:])
    assert np.array_equal(grown.scores(queries), bm25(queries, documents, **{choice: True}))


def test_a_query_alone_scores_as_in_a_batch() -> None:
    batch = bm25(["cat dog", "fish cat cat", "nothing"], ["dog cat", "fish", "cat fish fish"])
    assert np.array_equal(batch[1:2], bm25(["fish cat cat"], ["dog cat", "fish", "cat fish fish"]))


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


@pytest.mark.parametrize("text", ["".join(map(chr, range(128))), "AΣ'A ΑΣ İstanbul ǅ 2² ﬁ x_Y", "a\x1cb\x85c\xa0d"])
def test_runs_are_those_of_the_pattern(text: str) -> None:
    assert runs(text) == WORD.findall(text.lower())
    assert words(text) == [word for word in WORD.findall(text.lower()) if word not in FUNCTION_WORDS]


def test_empty_texts_and_strangers_score_zero() -> None:
    assert bm25(["cat"], []).shape == (1, 0)
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
