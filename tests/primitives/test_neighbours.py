"""Nearest documents against a loop, in blocks, and where documents are added."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives import cosines, nearest_neighbours, neighbour_index, neighbours
from primitives.arrays import FloatMatrix


def vectors(seed: int, count: int, dim: int = 2) -> FloatMatrix:
    """Few whole numbers, so that many products are equal."""
    return np.random.default_rng(seed).integers(-2, 3, size=(count, dim)).astype(np.float32)


def naive(rows: FloatMatrix, k: int) -> tuple[list[list[int]], list[list[float]]]:
    products = cosines(rows, rows).tolist()
    ids = [
        sorted((other for other in range(len(rows)) if other != own), key=lambda other: -products[own][other])[:k]
        for own in range(len(rows))
    ]
    return ids, [[products[own][other] for other in others] for own, others in enumerate(ids)]


@given(st.integers(0, 999), st.integers(1, 9), st.integers(1, 5))
def test_are_those_of_a_loop_ties_in_order(seed: int, count: int, k: int) -> None:
    rows = vectors(seed, count)
    index, (ids, products) = neighbour_index(rows, k), naive(rows, k)
    assert index.ids.shape == index.nearness.shape == (count, min(k, count - 1))
    assert index.ids.dtype == np.int64
    assert index.nearness.dtype == np.float32
    assert index.ids.tolist() == ids
    assert index.nearness.tolist() == products
    assert nearest_neighbours(rows, k).tolist() == ids


@given(st.integers(0, 999), st.integers(1, 9), st.integers(0, 9), st.integers(1, 5))
def test_added_documents_give_what_all_give(seed: int, count: int, added: int, k: int) -> None:
    rows = vectors(seed, count + added)
    grown = neighbours.compare_new(neighbours.compare_all(rows[:count], k), rows, added, k)
    whole = neighbours.compare_all(rows, k)
    assert np.array_equal(grown.ids, whole.ids)
    assert np.array_equal(grown.nearness, whole.nearness)


def test_blocks_of_rows_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(2).normal(size=(23, 5)).astype(np.float32)
    whole = neighbours.compare_all(rows, 4)
    monkeypatch.setattr(neighbours, "ROWS_AT_ONCE", 7)
    for index in (
        neighbours.compare_all(rows, 4),
        neighbours.compare_new(neighbours.compare_all(rows[:20], 4), rows, 3, 4),
    ):
        assert np.array_equal(index.ids, whole.ids)
        assert np.array_equal(index.nearness, whole.nearness)


def test_only_pairs_with_new_documents_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(3).normal(size=(30, 5)).astype(np.float32)
    neighbour_index(rows[:28], 3)
    compared = []

    def counted(left: FloatMatrix, right: FloatMatrix) -> FloatMatrix:
        compared.append(len(left) * len(right))
        return cosines(left, right)

    monkeypatch.setattr(neighbours, "cosines", counted)
    neighbour_index(rows, 3)
    assert sum(compared) == 2 * 30 + 28 * 2
    neighbour_index(rows, 3)
    assert sum(compared) == 2 * 30 + 28 * 2


def test_a_caller_that_changes_what_it_got_changes_nothing_else() -> None:
    rows = np.random.default_rng(4).normal(size=(9, 5)).astype(np.float32)
    found = nearest_neighbours(rows, 3)
    kept = found.copy()
    found[:] = 0
    rows_before, rows[:] = rows.copy(), 0
    assert np.array_equal(nearest_neighbours(rows_before, 3), kept)
