"""Intervals against formulas where there are any, and their promise against simulated truth."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from harness.evaluation.paired import FEWEST_QUERIES
from harness.transfer.intervals import mean_interval, median_interval, query_interval
from tests.harness.transfer.made_up import cell, cells, corpus

Draw = dict[str, NDArray[np.float64]]


def shapes(n: int, sets: int) -> Draw:
    rng = np.random.default_rng(3)
    return {
        "normal": rng.normal(0, 0.05, (sets, n)),
        "skewed": rng.exponential(0.05, (sets, n)) - 0.05,
        "heavy": rng.standard_t(3, (sets, n)) * 0.03,
    }


@pytest.mark.parametrize("n", [6, 14, 25])
def test_intervals_over_tasks_hold_the_truth_as_often_as_they_say(n: int) -> None:
    """A share of 0.95 of 400 lies between 0.92 and 0.98 in 99 of 100 draws; BCa holds it in 0.83 at six tasks."""
    for shape, samples in shapes(n, 400).items():
        found = [mean_interval(cells(list(row))) for row in samples]
        held = np.mean([interval is not None and interval.low <= 0 <= interval.high for interval in found])
        assert held >= 0.92, (shape, held)
        middle = float(np.median(samples))
        medians = [median_interval(cells(list(row))) for row in samples]
        held = np.mean([interval is not None and interval.low <= middle <= interval.high for interval in medians])
        assert held >= 0.92, (shape, held)


def test_intervals_over_queries_hold_the_truth_of_one_corpus_and_of_several() -> None:
    rng = np.random.default_rng(5)
    drawn = np.where(rng.random((400, 150)) < 0.4, rng.normal(0.05, 0.3, (400, 150)), 0.0)
    for parts in ([150], [100, 50]):
        held = 0
        for row in drawn:
            split = np.split(row, np.cumsum(parts)[:-1])
            interval = query_interval([corpus(part, task=f"t{place}") for place, part in enumerate(split)])
            assert interval is not None
            held += interval.low <= 0.02 <= interval.high
        assert 0.92 <= held / 400 <= 0.98


def test_an_interval_of_mirrored_deltas_is_student_s() -> None:
    values = [-0.3, -0.1, -0.05, 0.05, 0.1, 0.3]
    interval = mean_interval(cells(values))
    assert interval is not None
    low, high = stats.t.interval(0.95, 5, np.mean(values), stats.sem(values))
    assert (interval.low, interval.high) == pytest.approx((low, high))


def test_skewed_deltas_widen_the_interval_on_the_side_of_their_tail_alone() -> None:
    values = [0.0, 0.01, 0.02, 0.01, 0.0, 0.02, 0.4]
    low, high = stats.t.interval(0.95, 6, np.mean(values), stats.sem(values))
    right, left = mean_interval(cells(values)), mean_interval(cells([-value for value in values]))
    assert right is not None and left is not None
    assert right.low == pytest.approx(low) and right.high > high + 0.1
    assert (left.low, left.high) == pytest.approx((-right.high, -right.low))


def test_intervals_take_a_task_as_one_so_more_encoders_do_not_narrow_them() -> None:
    values = [0.1, -0.05, 0.2, 0.0, 0.07, 0.03]
    thrice = [cell(f"t{n}", value, encoder=f"e{e}") for n, value in enumerate(values) for e in range(3)]
    for interval in (mean_interval, median_interval):
        one, three = interval(cells(values)), interval(thrice)
        assert one is not None and three is not None
        assert (one.low, one.high) == pytest.approx((three.low, three.high))
    per_query = np.random.default_rng(0).normal(size=40)
    one = query_interval([corpus(per_query)])
    three = query_interval([corpus(per_query, encoder=f"e{e}") for e in range(3)])
    assert one is not None and three is not None
    assert (one.low, one.high) == pytest.approx((three.low, three.high))


def test_tasks_of_uneven_numbers_of_cells_are_weighed_by_them() -> None:
    """The mean is 9/14; one task makes it, so the interval over tasks reaches far to both sides."""
    uneven = [cell(f"t{task}", 0.0) for task in range(5)] + [cell("t5", 1.0, encoder=f"e{e}") for e in range(9)]
    interval = mean_interval(uneven)
    assert interval is not None and interval.low < 0 and interval.high > 9 / 14 + 0.3
    median = median_interval(uneven)
    assert median is not None and (median.low, median.high) == (0.0, 1.0)


def test_the_median_lies_between_order_statistics() -> None:
    interval = median_interval(cells([0.5, 0.1, 0.3, 0.2, 0.4, 0.6, 0.9, 0.8, 0.7]))
    assert interval is not None and (interval.low, interval.high) == (0.2, 0.8)  # 1 - 2 x 10/512 = 0.961


@pytest.mark.parametrize("values", [[], [0.2], [0.1, 0.2, 0.3, 0.4, 0.5]])
def test_few_tasks_give_no_interval_over_tasks_and_few_queries_none_over_queries(values: list[float]) -> None:
    assert mean_interval(cells(values)) is None
    assert median_interval(cells(values)) is None
    assert query_interval([corpus(np.arange(FEWEST_QUERIES - 1.0))]) is None
    assert query_interval([corpus(np.arange(FEWEST_QUERIES + 0.0)), corpus(np.ones(1), task="other")]) is None


def test_equal_deltas_have_an_interval_without_width() -> None:
    interval = mean_interval(cells([0.25] * 6))
    assert interval is not None and interval.low == interval.high == 0.25
    none = query_interval([corpus(np.zeros(30))])
    assert none is not None and none.low == none.high == 0.0
