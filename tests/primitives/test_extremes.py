"""Every finite float32 is a score: what is normalised stays finite, and scale changes nothing."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from primitives import (
    borda,
    centroid,
    comb_mnz,
    coverage,
    mean_over_segments,
    median_fusion,
    minmax,
    minmax_fusion,
    neighbour_scores,
    pagerank,
    ranks,
    reciprocal_rank_fusion,
    rocchio,
    select_dimensions,
    top_over_segments,
    unit_rows,
    zscore,
    zscore_among,
    zscore_fusion,
)
from primitives.arrays import FloatMatrix

MOST = float(np.finfo(np.float32).max)
SHAPES = array_shapes(min_dims=2, max_dims=2, max_side=6)
WHOLE_RANGE = st.floats(width=32, allow_nan=False, allow_infinity=False) | st.sampled_from([MOST, -MOST, 1e30, 1e-40])
matrices = arrays(np.float32, SHAPES, elements=WHOLE_RANGE)
common = arrays(np.float32, SHAPES, elements=st.integers(-50, 50).map(lambda number: number / 8))

Operation = Callable[[FloatMatrix], FloatMatrix]


def halves(scores: FloatMatrix) -> np.ndarray:
    """Starts of two segments, or of one where there is only one column."""
    return np.unique([0, scores.shape[1] // 2]).astype(np.int64)


INDIFFERENT_TO_SCALE: dict[str, Operation] = {
    "zscore": zscore,
    "zscore over queries": lambda scores: zscore(scores, axis=0),
    "minmax": minmax,
    "minmax over queries": lambda scores: minmax(scores, axis=0),
    "ranks": ranks,
    "zscore_fusion": lambda scores: zscore_fusion([scores, scores[:, ::-1]]),
    "minmax_fusion": lambda scores: minmax_fusion([scores, scores[:, ::-1]]),
    "median_fusion": lambda scores: median_fusion([scores, scores[:, ::-1], -scores]),
    "comb_mnz": lambda scores: comb_mnz([scores, scores[:, ::-1]]),
    "borda": lambda scores: borda([scores, scores[:, ::-1]]),
    "reciprocal_rank_fusion": lambda scores: reciprocal_rank_fusion([scores, scores[:, ::-1]]),
    "unit_rows": unit_rows,
    "rocchio": lambda scores: rocchio(scores, scores[:, ::-1], scores),
    "coverage": lambda scores: coverage(scores, halves(scores)),
    "pagerank": lambda scores: pagerank(np.abs(scores[:, :, None] * np.ones(scores.shape[1], dtype=np.float32))),
    "zscore_among": lambda scores: zscore_among(scores, np.resize(scores, (scores.shape[1], scores.shape[1]))),
}
FINITE: dict[str, Operation] = INDIFFERENT_TO_SCALE | {
    "centroid": lambda scores: centroid(scores, np.zeros((2, 3), dtype=np.int64)),
    "neighbour_scores": lambda scores: neighbour_scores(scores, np.zeros((scores.shape[1], 3), dtype=np.int64)),
    "mean_over_segments": lambda scores: mean_over_segments(scores, halves(scores)),
    "top_over_segments": lambda scores: top_over_segments(scores, halves(scores)),
    "select_dimensions": lambda scores: select_dimensions(scores, scores),
}


@pytest.mark.parametrize("operation", FINITE.values(), ids=FINITE)
@given(scores=matrices)
def test_finite_scores_give_finite_float32_without_a_warning(operation: Operation, scores: FloatMatrix) -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        result = operation(scores)
    assert result.dtype == np.float32
    assert np.isfinite(result).all()


@pytest.mark.parametrize("operation", INDIFFERENT_TO_SCALE.values(), ids=INDIFFERENT_TO_SCALE)
@given(scores=common, exponent=st.sampled_from([-100, -30, 30, 100, 120]))
def test_scores_of_any_size_are_treated_alike(operation: Operation, scores: FloatMatrix, exponent: int) -> None:
    assert np.array_equal(operation(np.ldexp(scores, exponent)), operation(scores))


def test_large_scores_are_told_apart() -> None:
    assert zscore(np.array([[1e30, -1e30]], dtype=np.float32)).tolist() == [[1, -1]]
    assert minmax(np.array([[MOST, -MOST, 0]], dtype=np.float32)).tolist() == [[1, 0, 0.5]]
    assert unit_rows(np.array([[3e30, 4e30], [3e-30, 4e-30]], dtype=np.float32)) == pytest.approx(
        np.array([[0.6, 0.8], [0.6, 0.8]])
    )
