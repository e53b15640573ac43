"""Fusion against loops over single documents."""

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from primitives import (
    borda,
    comb_mnz,
    median_fusion,
    minmax,
    minmax_fusion,
    reciprocal_rank_fusion,
    sum_channels,
    zscore,
    zscore_fusion,
)
from primitives.arrays import FloatMatrix


def channel_lists(distinct: bool = False) -> st.SearchStrategy[list[FloatMatrix]]:
    """One to four channels of one shape; ties unless `distinct`."""

    def channels(shape: tuple[int, int]) -> st.SearchStrategy[list[FloatMatrix]]:
        row = (
            st.permutations(range(shape[1]))
            if distinct
            else st.lists(st.integers(0, 3), min_size=shape[1], max_size=shape[1])
        )
        one = st.lists(row, min_size=shape[0], max_size=shape[0]).map(lambda rows: np.array(rows, dtype=np.float32))
        return st.lists(one, min_size=1, max_size=4)

    return st.tuples(st.integers(1, 4), st.integers(1, 7)).flatmap(channels)


@given(channel_lists(distinct=True))
def test_reciprocal_rank_fusion_follows_the_definition(channels: list[FloatMatrix]) -> None:
    fused = reciprocal_rank_fusion(channels)
    for (row, column), score in np.ndenumerate(fused):
        better = [sum(other > channel[row, column] for other in channel[row]) for channel in channels]
        assert score == pytest.approx(sum(1 / (60 + 1 + above) for above in better), rel=1e-5)


@given(channel_lists())
def test_borda_counts_the_documents_below(channels: list[FloatMatrix]) -> None:
    fused = borda(channels)
    for (row, column), score in np.ndenumerate(fused):
        expected = 0.0
        for channel in channels:
            others = np.delete(channel[row], column)
            expected += sum(
                1.0 * (other < channel[row, column]) + 0.5 * (other == channel[row, column]) for other in others
            )
        assert score == pytest.approx(expected / max(fused.shape[1] - 1, 1), abs=1e-5)


@given(channel_lists())
def test_sums_add_what_the_normalisations_give(channels: list[FloatMatrix]) -> None:
    assert sum_channels(channels) == pytest.approx(np.sum(channels, axis=0))
    assert minmax_fusion(channels) == pytest.approx(np.sum([minmax(channel) for channel in channels], axis=0))
    for axis in (0, 1):
        assert zscore_fusion(channels, axis) == pytest.approx(
            np.sum([zscore(channel, axis) for channel in channels], axis=0), abs=1e-5
        )


@given(channel_lists(), st.sampled_from([0, 1]))
def test_median_fusion_takes_the_middle_channel(channels: list[FloatMatrix], axis: int) -> None:
    fused = median_fusion(channels, axis)
    for (row, column), score in np.ndenumerate(fused):
        values = [float(zscore(channel, axis)[row, column]) for channel in channels]
        assert score == pytest.approx(statistics.median(values), abs=1e-5)


@given(channel_lists())
def test_comb_mnz_multiplies_by_votes(channels: list[FloatMatrix]) -> None:
    fused = comb_mnz(channels)
    for (row, column), score in np.ndenumerate(fused):
        values = [float(minmax(channel)[row, column]) for channel in channels]
        assert score == pytest.approx(sum(values) * (1 + sum(value > 0.5 for value in values)), rel=1e-5)


@given(arrays(np.float32, (2, 5), elements=st.floats(-1, 1, width=32)))
def test_fusing_leaves_its_inputs_alone(scores: FloatMatrix) -> None:
    before = scores.copy()
    for fuse in (sum_channels, zscore_fusion, minmax_fusion, median_fusion, comb_mnz, borda, reciprocal_rank_fusion):
        fuse([scores, scores])
        assert np.array_equal(scores, before)
