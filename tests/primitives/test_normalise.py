"""Scores on one scale: against scipy, and indifferent to the order of the documents."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import rankdata

from primitives import minmax, ranks, zscore
from primitives.arrays import FloatMatrix

# Few distinct values, so that ties are common.
matrices = arrays(
    np.float32, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(-3, 3).map(lambda n: n / 4)
)


@given(matrices)
def test_ranks_are_mean_ranks_from_the_highest(scores: FloatMatrix) -> None:
    assert ranks(scores) == pytest.approx(rankdata(-scores, method="average", axis=1))


@given(matrices, st.sampled_from([0, 1]))
def test_zscore_has_mean_zero_and_unit_deviation_or_is_zero(scores: FloatMatrix, axis: int) -> None:
    result = zscore(scores, axis)
    assert result.dtype == np.float32
    assert result.mean(axis=axis) == pytest.approx(0, abs=1e-5)
    constant = np.ptp(scores, axis=axis) == 0
    assert result.std(axis=axis) == pytest.approx(np.where(constant, 0, 1), abs=1e-5)


@given(matrices)
def test_minmax_spans_zero_to_one_or_is_zero(scores: FloatMatrix) -> None:
    result = minmax(scores)
    constant = np.ptp(scores, axis=1) == 0
    assert np.all(result.min(axis=1) == 0)
    assert np.all(result.max(axis=1) == np.where(constant, 0, 1))
    for row, original in zip(result, scores, strict=True):
        assert np.array_equal(np.argsort(row, kind="stable"), np.argsort(original, kind="stable")) or np.ptp(row) == 0


@given(matrices, st.randoms(use_true_random=False))
def test_document_order_does_not_matter(scores: FloatMatrix, random: object) -> None:
    order = list(range(scores.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    for normalise in (zscore, minmax, ranks):
        assert normalise(scores)[:, order] == pytest.approx(normalise(scores[:, order]), abs=1e-5)


def test_a_shifted_constant_row_is_zero_too() -> None:
    assert np.array_equal(zscore(np.full((1, 5), 0.1, dtype=np.float32)), np.zeros((1, 5)))


def test_ranks_of_many_rows_equal_those_of_each() -> None:
    scores = np.random.default_rng(0).integers(0, 5, (700, 6)).astype(np.float32)
    assert np.array_equal(ranks(scores), np.vstack([ranks(row[None]) for row in scores]))
