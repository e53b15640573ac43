"""The front and its hypervolume, against the definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import hypervolume, non_dominated

# Few distinct values, so that ties are many.
POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(-3, 3)), max_size=25)


@given(POINTS)
def test_front_is_what_no_other_point_matches_or_beats(points: list[tuple[int, int]]) -> None:
    def beaten(index: int) -> bool:
        cost, delta = points[index]
        return any(
            other[0] <= cost and other[1] >= delta and (other != (cost, delta) or place < index)
            for place, other in enumerate(points)
        )

    expected = sorted((index for index in range(len(points)) if not beaten(index)), key=lambda index: points[index][0])
    assert non_dominated([cost for cost, _ in points], [delta for _, delta in points]) == expected


@given(POINTS)
def test_hypervolume_counts_the_dominated_cells_of_a_grid(points: list[tuple[int, int]]) -> None:
    reference_cost, reference_delta = 5, -2
    cells = sum(
        any(cost <= x and delta >= y + 1 for cost, delta in points)
        for x in range(-1, reference_cost)
        for y in range(reference_delta, 4)
    )
    costs, deltas = [float(cost) for cost, _ in points], [float(delta) for _, delta in points]
    assert hypervolume(costs, deltas, reference_cost=reference_cost, reference_delta=reference_delta) == cells


def test_hypervolume_equals_moocore() -> None:
    moocore = pytest.importorskip("moocore")
    rng = np.random.default_rng(0)
    costs, deltas = rng.uniform(0, 10, 300), rng.normal(0, 0.1, 300)
    expected = moocore.hypervolume(np.column_stack([costs, -deltas]), ref=[8, 0.05])
    assert hypervolume(costs, deltas, reference_cost=8, reference_delta=-0.05) == pytest.approx(expected)
