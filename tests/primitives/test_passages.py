"""BM25 over views and windows against loops over the definitions."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives import bm25, passage_index, share_read, words
from primitives.places import PLACES_MEMORY, read_places, word_pairs
from tests.primitives.run import D_TEXTS, Q_TEXTS

texts = st.lists(st.sampled_from(["cat", "dogs", "fishing", "bird"]), max_size=16).map(" ".join)
queries_and_documents = (st.lists(texts, min_size=1, max_size=3), st.lists(texts, min_size=1, max_size=5))
sizes = st.sampled_from([0, 6, 10])

VIEWS: dict[str, Callable[[list[str]], list[object]]] = {
    "words": list,
    "pairs": lambda found: [(found[at], found[at + 1]) for at in range(len(found) - 1)],
}


def cut(found: list[str], size: int) -> list[list[str]]:
    """Half-overlapping windows; at least one."""
    if not size:
        return [found]
    step = size // 2
    return [found[begin : begin + size] for begin in range(0, max(len(found) - step, 1), step)]


def naive(queries: Sequence[str], documents: Sequence[str], views: Sequence[str], size: int) -> np.ndarray:
    """Sum over views within each window, then the best window, every term counted by a loop."""
    windows = [(column, part) for column, text in enumerate(documents) for part in cut(words(text, stem=True), size)]
    scores = np.full((len(queries), len(documents)), -np.inf)
    for row, query in enumerate(queries):
        totals = np.zeros(len(windows))
        for view in views:
            held = [VIEWS[view](part) for _, part in windows]
            mean = max(sum(map(len, held)) / len(held), 1)
            for term, times in Counter(VIEWS[view](words(query, stem=True))).items():
                holding = sum(term in found for found in held)
                idf = np.log1p((len(held) - holding + 0.5) / (holding + 0.5))
                for number, found in enumerate(held):
                    frequency = found.count(term)
                    norm = 1.5 * (0.25 + 0.75 * len(found) / mean)
                    totals[number] += times * idf * frequency * 2.5 / (frequency + norm)
        for (column, _), total in zip(windows, totals, strict=True):
            scores[row, column] = max(scores[row, column], total)
    return scores


@pytest.mark.parametrize("view", VIEWS)
@settings(deadline=None)
@given(*queries_and_documents, sizes)
def test_each_view_is_its_definition(view: str, queries: list[str], documents: list[str], size: int) -> None:
    found = passage_index(documents, size).scores(queries, [view])
    assert found == pytest.approx(naive(queries, documents, [view], size), rel=1e-5)


@settings(deadline=None)
@given(*queries_and_documents, sizes)
def test_views_are_added_within_a_window(queries: list[str], documents: list[str], size: int) -> None:
    found = passage_index(documents, size).scores(queries)
    assert found == pytest.approx(naive(queries, documents, list(VIEWS), size), rel=1e-5)


@pytest.mark.parametrize("stem", [True, False])
def test_whole_documents_by_words_alone_are_bm25(stem: bool) -> None:
    found = passage_index(D_TEXTS, stem=stem).scores(Q_TEXTS, ["words"])
    assert found == pytest.approx(bm25(Q_TEXTS, D_TEXTS, stem=stem), rel=1e-6)


@settings(deadline=None)
@given(*queries_and_documents, st.integers(0, 5))
def test_an_extended_index_is_one_made_at_once(queries: list[str], documents: list[str], known: int) -> None:
    PLACES_MEMORY.clear()
    passage_index(documents[:known], 6)
    grown = passage_index(documents, 6)
    PLACES_MEMORY.clear()
    assert np.array_equal(grown.scores(queries), passage_index(documents, 6).scores(queries))


def test_a_query_alone_scores_as_in_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    index = passage_index(D_TEXTS, 20)
    batch = index.scores(Q_TEXTS)
    assert np.array_equal(batch, np.concatenate([index.scores([query]) for query in Q_TEXTS]))
    monkeypatch.setattr("primitives.passages.CELLS", 1)
    assert np.array_equal(batch, index.scores(Q_TEXTS))


def test_terms_do_not_reach_over_the_end_of_a_document() -> None:
    index = passage_index(["cat", "dog", "cat dog"])
    assert (index.scores(["cat dog"], ["pairs"]) > 0).tolist() == [[False, False, True]]


def test_the_best_window_does_not_add_what_stands_far_apart() -> None:
    filler = " ".join(f"filler{number}" for number in range(40))
    apart, together = f"cat {filler} dog", f"cat dog {filler}"
    scores = passage_index([apart, together], 10).scores(["cat dog"])[0]
    assert scores[1] > scores[0] > 0


def test_terms_of_a_text() -> None:
    assert word_pairs(["b", "a", "c"]) == [("b", "a"), ("a", "c")]


def test_share_read_counts_words_and_not_documents() -> None:
    assert share_read(passage_index(["one two", " ".join(["word"] * 8), ""]), 4) == pytest.approx(6 / 10)
    assert share_read(passage_index([""])) == 1


def test_nothing_to_read_is_read() -> None:
    assert read_places([]).sizes.shape == (0,)
    assert passage_index([""], 10).scores(["cat", ""]).tolist() == [[0], [0]]
    assert passage_index(["cat"]).scores([]).shape == (0, 1)
