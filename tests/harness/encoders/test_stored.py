"""Unit rows in fewer bytes: how near they stay, and that a second time changes no bit."""

import numpy as np
import pytest

from harness.encoders.protocol import FloatMatrix
from harness.encoders.stored import STORED, packed, rounded, unpacked


@pytest.fixture(scope="module")
def rows() -> FloatMatrix:
    """Unit rows: of normal numbers, of few large components, and one axis."""
    draw = np.random.default_rng(0)
    made = draw.standard_normal((5000, 96)) * np.where(draw.random((5000, 96)) < 0.1, 10, 1)
    made[-1] = np.eye(96)[0]
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(("stored", "n_bytes", "error"), [("float32", 4, 0), ("float16", 2, 3e-4), ("int8", 1, 4e-3)])
def test_rows_stay_near_and_a_second_time_changes_no_bit(
    rows: FloatMatrix, stored: str, n_bytes: int, error: float
) -> None:
    kept = packed(rows, stored)
    assert kept.dtype.itemsize == n_bytes and kept.shape == rows.shape
    found = unpacked(kept)
    assert found.dtype == np.float32 and np.abs(found - rows).max() <= error
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6 if stored != "float16" else 5e-4)
    np.testing.assert_array_equal(packed(found, stored), kept)
    np.testing.assert_array_equal(rounded(found, stored), found)
    np.testing.assert_array_equal(unpacked(kept[4990:]), found[4990:])


@pytest.mark.parametrize("stored", STORED)
def test_none_and_nothing_are_kept_too(stored: str) -> None:
    assert rounded(np.empty((0, 4), np.float32), stored).shape == (0, 4)
    assert not rounded(np.zeros((2, 4), np.float32), stored).any()
