"""Feedback against loops over queries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives import centroid, rocchio, top_k, unit_rows


@given(st.integers(0, 999), st.integers(1, 8))
def test_top_k_orders_by_score_then_by_the_second_key_then_by_column(seed: int, k: int) -> None:
    random = np.random.default_rng(seed)
    scores, then = (random.integers(0, 3, (4, 6)).astype(np.float32) for _ in range(2))
    for row, columns in enumerate(top_k(scores, k, then)):
        expected = sorted(range(6), key=lambda column: (-scores[row, column], -then[row, column], column))
        assert columns.tolist() == expected[:k]
    for row, columns in enumerate(top_k(scores, k)):
        assert columns.tolist() == sorted(range(6), key=lambda column: (-scores[row, column], column))[:k]


@given(st.integers(0, 999))
def test_rocchio_moves_each_query(seed: int) -> None:
    random = np.random.default_rng(seed)
    q_emb, vectors = (random.normal(size=(rows, 5)).astype(np.float32) for rows in (3, 7))
    near, far = random.integers(0, 7, (3, 2)), random.integers(0, 7, (3, 4))
    moved = rocchio(q_emb, centroid(vectors, near), centroid(vectors, far))
    for row in range(3):
        expected = q_emb[row] + vectors[near[row]].mean(axis=0) - 0.5 * vectors[far[row]].mean(axis=0)
        assert moved[row] == pytest.approx(expected / np.linalg.norm(expected), abs=1e-5)
    without = rocchio(q_emb, centroid(vectors, near))
    assert without == pytest.approx(rocchio(q_emb, centroid(vectors, near), np.zeros_like(q_emb)), abs=1e-6)


def test_unit_rows_have_length_one_and_zero_stays() -> None:
    rows = unit_rows(np.array([[3, 4], [0, 0]], dtype=np.float32))
    assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 0]]
    assert rows.dtype == np.float32
