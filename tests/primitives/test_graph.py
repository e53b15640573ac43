"""Document graphs against networkx and against loops."""

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives import candidate_graphs, nearest_neighbours, neighbour_scores, pagerank, unit_rows


@given(st.integers(0, 999), st.integers(2, 7))
def test_pagerank_equals_networkx(seed: int, nodes: int) -> None:
    random = np.random.default_rng(seed)
    weights = (random.random((3, nodes, nodes)) * (random.random((3, nodes, nodes)) < 0.6)).astype(np.float32)
    found = pagerank(weights, steps=200)
    for adjacency, ranks in zip(weights, found, strict=True):
        reference = networkx.pagerank(
            networkx.from_numpy_array(adjacency, create_using=networkx.DiGraph), tol=1e-9, max_iter=1000
        )
        assert ranks == pytest.approx([reference[node] for node in range(nodes)], abs=1e-5)


@given(st.integers(0, 999), st.integers(1, 9), st.integers(1, 5))
def test_neighbours_are_the_nearest_others(seed: int, count: int, k: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(count, 4)).astype(np.float32)
    found = nearest_neighbours(vectors, k)
    assert found.shape == (count, min(k, count - 1))
    for row, neighbours in enumerate(found):
        others = sorted(
            (other for other in range(count) if other != row), key=lambda other: -vectors[row] @ vectors[other]
        )
        assert neighbours.tolist() == others[:k]


def test_neighbour_scores_are_the_mean_of_the_neighbours() -> None:
    scores = np.random.default_rng(3).normal(size=(2, 5)).astype(np.float32)
    neighbours = np.array([[1, 2], [0, 4], [3, 1], [4, 0], [2, 2]])
    expected = [[np.mean(row[mine]) for mine in neighbours] for row in scores]
    assert neighbour_scores(scores, neighbours) == pytest.approx(np.array(expected))
    assert np.array_equal(neighbour_scores(scores[:, :1], np.zeros((1, 0), dtype=np.int64)), np.zeros((2, 1)))


def test_candidate_graphs_hold_positive_cosines_of_others() -> None:
    vectors = unit_rows(np.random.default_rng(4).normal(size=(8, 3)).astype(np.float32))
    candidates = np.array([[0, 3, 5], [7, 2, 1]])
    for row, weights in zip(candidates, candidate_graphs(vectors, candidates), strict=True):
        for (first, second), weight in np.ndenumerate(weights):
            cosine = float(vectors[row[first]] @ vectors[row[second]])
            assert weight == pytest.approx(0 if first == second else max(cosine, 0), abs=1e-6)
