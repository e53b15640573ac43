"""Cosines of a query with a corpus, and the nearest documents, against the plain formula in float64."""

import numpy as np
import pytest

from harness.export.standalone import cosine
from primitives import cosines


def unit(shape: tuple[int, int], seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    rows = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("n", [0, 1, 255, 9000, 70_000])
def test_cosines_have_the_bits_that_were_measured(n: int) -> None:
    query, documents = unit((1, 48), 1), unit((n, 48))
    np.testing.assert_array_equal(cosine.cosines(query, documents), cosines(query, documents))


def test_beyond_they_are_equal_to_a_millionth_and_do_not_depend_on_their_neighbours() -> None:
    query, documents = unit((1, 16), 1), unit((cosine.EXACT_UP_TO + 1, 16))
    found = cosine.cosines(query, documents)
    assert 0 < np.abs(found - cosines(query, documents)).max() <= 1e-6
    np.testing.assert_array_equal(found[:, :100], cosine._narrow(query[0], documents[:100])[None])


@pytest.mark.parametrize("k", [1, 10, 999, 3000])
def test_the_nearest_are_those_of_a_full_sort_ties_included(k: int) -> None:
    query, documents = unit((1, 32), 1), unit((2000, 32))
    documents[500:900] = documents[100]  # many equal ones
    documents[1000:1100] = documents[:100] + np.float32(3e-8)  # and many that float32 sums cannot tell apart
    allowed = np.ones(2000, bool)
    allowed[[100, 700, 1999]] = False
    exact = cosines(query, documents)[0]
    expected = [row for row in np.argsort(-exact, kind="stable") if allowed[row]][:k]
    found, values = cosine.nearest(query, documents, k, allowed)
    assert found.tolist() == expected
    np.testing.assert_array_equal(values, exact[expected])


def test_of_nothing_there_is_no_nearest() -> None:
    found, values = cosine.nearest(unit((1, 8)), unit((3, 8)), 2, np.zeros(3, bool))
    assert len(found) == len(values) == 0


def test_the_best_are_those_of_a_stable_sort() -> None:
    scores = np.random.default_rng(0).integers(0, 9, 500).astype(np.float32)
    for k in (1, 7, 499, 500, 900):
        np.testing.assert_array_equal(cosine.best(scores, k), np.argsort(-scores, kind="stable")[:k])
