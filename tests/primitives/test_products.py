"""Products whose bits do not depend on what is computed beside them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives import cosines, products, unit_rows


@given(st.integers(0, 999), st.integers(1, 5), st.integers(1, 9), st.integers(1, 7))
def test_each_is_the_inner_product(seed: int, rows: int, columns: int, dim: int) -> None:
    random = np.random.default_rng(seed)
    left, right = (random.normal(size=(count, dim)).astype(np.float32) for count in (rows, columns))
    found = cosines(left, right)
    assert found.shape == (rows, columns)
    assert found.dtype == np.float32
    for row, column in np.ndindex(found.shape):
        expected = sum(float(a) * float(b) for a, b in zip(left[row], right[column], strict=True))
        assert found[row, column] == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_blocks_of_columns_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    left, right = random.normal(size=(3, 8)).astype(np.float32), random.normal(size=(23, 8)).astype(np.float32)
    whole = cosines(left, right)
    monkeypatch.setattr(products, "COLUMNS_AT_ONCE", 7)
    assert np.array_equal(cosines(left, right), whole)
    monkeypatch.setattr(products, "PRODUCTS_AT_ONCE", 10)
    assert np.array_equal(cosines(left, right), whole)


def test_a_row_alone_has_the_bits_that_it_has_in_a_batch_whatever_stands_beside_it() -> None:
    random = np.random.default_rng(0)
    left, right = (unit_rows(random.normal(size=(count, 384)).astype(np.float32)) for count in (60, 500))
    whole = cosines(left, right)
    assert all(np.array_equal(cosines(left[[row]], right), whole[[row]]) for row in range(60))
    order = random.permutation(500)
    assert np.array_equal(cosines(left, right[order]), whole[:, order])
