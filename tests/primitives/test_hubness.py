"""Hub corrections against loops, and that they need no query but one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives import csls, density, document_statistics, local_scaling, unit_rows, zscore_among, zscore_by
from primitives.arrays import FloatMatrix


def vectors(seed: int, count: int, dim: int = 4) -> FloatMatrix:
    return unit_rows(np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32))


def mean_of_best(cosines: list[float], k: int) -> float:
    best = sorted(cosines, reverse=True)[:k]
    return sum(best) / len(best) if best else 0.0


@given(st.integers(0, 999), st.integers(1, 9), st.integers(1, 12))
def test_density_is_the_mean_cosine_to_the_nearest_others(seed: int, count: int, k: int) -> None:
    documents = vectors(seed, count)
    expected = [
        mean_of_best([float(one @ other) for place, other in enumerate(documents) if place != own], k)
        for own, one in enumerate(documents)
    ]
    found = density(documents, k)
    assert found.dtype == np.float32
    assert found == pytest.approx(expected, abs=1e-6)


@given(st.integers(0, 999), st.integers(1, 4), st.integers(1, 9), st.integers(1, 12))
def test_csls_is_the_cosine_less_both_densities(seed: int, queries: int, count: int, k: int) -> None:
    asked, documents = vectors(seed, queries), vectors(seed + 1, count)
    scores = asked @ documents.T
    around = density(documents, k)
    found = csls(scores, documents, k)
    assert found.dtype == np.float32
    for query, document in np.ndindex(scores.shape):
        row = mean_of_best(scores[query].tolist(), k)
        assert found[query, document] == pytest.approx(2 * scores[query, document] - row - around[document], abs=1e-6)


def test_csls_puts_a_hub_behind_a_document_as_near_that_is_none() -> None:
    documents = unit_rows(np.array([[1, 1, 0], [1, 0, 0.2], [1, 0, -0.2], [0, 1, 0.2], [0, 1, -0.2]], dtype=np.float32))
    alone = unit_rows(np.array([[-1, 0, 1]], dtype=np.float32))
    everything = np.vstack([documents, alone])
    query = unit_rows(everything[:1] + alone)
    scores = query @ everything.T
    assert scores[0, 0] == pytest.approx(scores[0, 5])
    found = csls(scores, everything, 2)
    assert found[0, 5] > found[0, 0]


@given(st.integers(0, 999), st.integers(1, 4), st.integers(1, 9))
def test_zscore_among_standardises_over_the_other_documents(seed: int, queries: int, count: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(size=(queries, count)).astype(np.float32)
    pseudo = random.normal(size=(count, count)).astype(np.float32)
    found = zscore_among(scores, pseudo)
    assert found.dtype == np.float32
    for query, document in np.ndindex(scores.shape):
        others = [float(pseudo[other, document]) for other in range(count) if other != document]
        spread = float(np.std(others)) if others else 0.0
        expected = 0.0 if spread < 1e-9 else (float(scores[query, document]) - float(np.mean(others))) / spread
        assert found[query, document] == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_what_a_document_scores_for_itself_does_not_count() -> None:
    random = np.random.default_rng(3)
    scores, pseudo = random.normal(size=(2, 5)).astype(np.float32), random.normal(size=(5, 5)).astype(np.float32)
    louder = pseudo + 100 * np.eye(5, dtype=np.float32)
    assert zscore_among(scores, louder) == pytest.approx(zscore_among(scores, pseudo), abs=1e-3)


@given(st.integers(0, 999))
def test_a_query_alone_is_corrected_as_in_a_batch(seed: int) -> None:
    asked, documents = vectors(seed, 5), vectors(seed + 1, 9)
    scores, pseudo = asked @ documents.T, documents @ documents.T
    for row in range(5):
        assert np.array_equal(csls(scores, documents, 3)[[row]], csls(scores[[row]], documents, 3))
        assert np.array_equal(zscore_among(scores, pseudo)[[row]], zscore_among(scores[[row]], pseudo))


@given(st.integers(0, 999), st.integers(1, 4), st.integers(1, 9))
def test_what_is_known_of_the_documents_gives_the_same_bits(seed: int, queries: int, count: int) -> None:
    asked, documents = vectors(seed, queries), vectors(seed + 1, count)
    scores, pseudo = asked @ documents.T, documents @ documents.T
    assert np.array_equal(local_scaling(scores, density(documents, 3), 3), csls(scores, documents, 3))
    statistics = document_statistics(pseudo)
    assert statistics.shape == (3, count)
    for row in range(queries):
        assert np.array_equal(zscore_by(scores[row : row + 1], statistics)[0], zscore_among(scores, pseudo)[row])
