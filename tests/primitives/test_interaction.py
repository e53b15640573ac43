"""Pooling over segments against loops over documents."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives import (
    best_segments,
    coverage,
    interaction,
    max_over_segments,
    mean_over_segments,
    segment_scores,
    top_over_segments,
)
from primitives.arrays import FloatMatrix, IndexArray
from primitives.segments import Segments

sizes_and_seed = st.tuples(st.lists(st.integers(1, 6), min_size=1, max_size=6), st.integers(0, 99))


def mean_of_best_three(values: FloatMatrix) -> float:
    return float(np.mean(sorted(values, reverse=True)[:3]))


@pytest.mark.parametrize(
    ("pool", "naive"),
    [(max_over_segments, np.max), (mean_over_segments, np.mean), (top_over_segments, mean_of_best_three)],
)
@given(sizes_and_seed)
def test_pools_each_document(
    pool: Callable[[FloatMatrix, IndexArray], FloatMatrix],
    naive: Callable[[FloatMatrix], float],
    case: tuple[list[int], int],
) -> None:
    sizes, seed = case
    similarity = np.random.default_rng(seed).uniform(-1, 1, (3, sum(sizes))).astype(np.float32)
    starts = np.cumsum([0, *sizes[:-1]])
    pooled = pool(similarity, starts)
    assert pooled.shape == (3, len(sizes))
    assert pooled.dtype == np.float32
    for (row, document), score in np.ndenumerate(pooled):
        mine = similarity[row, starts[document] : starts[document] + sizes[document]]
        assert score == pytest.approx(naive(mine), abs=1e-6)


def test_blocks_give_the_same_as_one_product(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    q_emb, segment_emb = (random.normal(size=(rows, 8)).astype(np.float32) for rows in (11, 20))
    starts = np.arange(0, 20, 4)
    whole = segment_scores(q_emb, segment_emb, starts)
    assert whole == pytest.approx(max_over_segments(q_emb @ segment_emb.T, starts), abs=1e-6)
    monkeypatch.setattr(interaction, "BLOCK_FLOATS", 50)
    assert segment_scores(q_emb, segment_emb, starts) == pytest.approx(whole, abs=1e-5)


@given(sizes_and_seed)
def test_coverage_counts_segments_above_the_mean(case: tuple[list[int], int]) -> None:
    sizes, seed = case
    similarity = np.random.default_rng(seed).uniform(-1, 1, (3, sum(sizes))).astype(np.float32)
    starts = np.cumsum([0, *sizes[:-1]])
    for (row, document), score in np.ndenumerate(coverage(similarity, starts)):
        mine = similarity[row, starts[document] : starts[document] + sizes[document]]
        assert score == pytest.approx(np.mean(mine > similarity[row].mean(dtype=np.float32)), abs=1e-6)


def test_best_segments_names_the_nearest_within_the_document() -> None:
    segments = Segments(["a", "b", "c", "d"], np.array([0, 1, 3]))
    segment_emb = np.eye(4, dtype=np.float32)
    q_emb = np.array([[9, 1, 2, 0], [9, 3, 2, 4], [0, 0, 0, 0]], dtype=np.float32)
    assert best_segments(q_emb, segment_emb, segments, np.array([1, 1, 2])) == ["c", "b", "d"]
