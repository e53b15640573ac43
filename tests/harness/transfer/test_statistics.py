"""Statistics against naive computation, and their promises against simulated truth."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.transfer import statistics
from harness.transfer.statistics import CellDelta

deltas = st.floats(-1, 1, allow_nan=False).map(lambda value: round(value, 6))


def cell(task: str, delta: float, *, program: str = "p", encoder: str = "e", spread: float = 0.0) -> CellDelta:
    return CellDelta(program, encoder, task, "law", delta, delta + spread * np.array([-1.0, 0.0, 1.0]))


def cells(values: list[float], program: str = "p") -> list[CellDelta]:
    return [cell(f"t{number}", value, program=program) for number, value in enumerate(values)]


@given(st.lists(deltas, min_size=1, max_size=12))
def test_a_summary_equals_the_naive_count(values: list[float]) -> None:
    summary = statistics.summarise(cells(values))
    assert summary.mean == pytest.approx(sum(values) / len(values))
    ordered = sorted(values)
    middle = len(values) // 2
    median = ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    assert summary.median == pytest.approx(median)
    assert summary.wins == len([value for value in values if value > 1e-6])
    assert summary.losses == len([value for value in values if value < -1e-6])
    assert summary.wins + summary.ties + summary.losses == summary.n == len(values)
    assert summary.worst.delta == min(values)


def test_a_summary_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no cell"):
        statistics.summarise([])


@settings(max_examples=30, deadline=None)
@given(st.lists(deltas, min_size=2, max_size=7))
def test_the_sign_flip_p_equals_the_enumeration_of_all_flips(values: list[float]) -> None:
    observed = abs(sum(values))
    flipped = [
        abs(sum(sign * value for sign, value in zip(signs, values, strict=True)))
        for signs in product((1, -1), repeat=len(values))
    ]
    expected = sum(total >= observed - 1e-9 for total in flipped) / len(flipped)
    assert statistics.sign_flip_p(cells(values)) == pytest.approx(expected)


def test_cells_of_one_task_are_flipped_together() -> None:
    one = [cell("t0", 0.1), cell("t1", 0.1)]
    repeated = [cell(f"t{task}", 0.1, encoder=f"e{encoder}") for task in range(2) for encoder in range(9)]
    assert statistics.sign_flip_p(repeated) == statistics.sign_flip_p(one) == 0.5


def test_many_tasks_are_tested_by_random_flips() -> None:
    rng = np.random.default_rng(0)
    assert statistics.sign_flip_p(cells([0.02 + value for value in rng.normal(0, 0.01, 30)])) < 0.001
    assert statistics.sign_flip_p(cells(list(rng.normal(0, 0.01, 30)))) > 0.01


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_equals_the_step_down_procedure(p_values: list[float]) -> None:
    adjusted = statistics.holm(p_values)
    for alpha in (0.01, 0.05, 0.3):
        rejected = set()
        for step, number in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
            if p_values[number] * (len(p_values) - step) > alpha:
                break
            rejected.add(number)
        assert {number for number, p in enumerate(adjusted) if p <= alpha} == rejected


@given(st.lists(st.floats(0, 1), min_size=0, max_size=12))
def test_benjamini_hochberg_equals_the_step_up_procedure(p_values: list[float]) -> None:
    adjusted = statistics.benjamini_hochberg(p_values)
    for number, p in enumerate(p_values):
        n = len(p_values)
        larger = [other for other in p_values if other >= p]
        naive = min(other * n / len([one for one in p_values if one <= other]) for other in larger)
        assert adjusted[number] == pytest.approx(min(naive, 1.0))


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    hits = {"mean": 0, "median": 0, "query": 0}
    for trial in range(60):
        sample = []
        for task in range(20):
            effect = rng.normal(0.05, 0.04)
            queries = effect + rng.normal(0, 0.1, 30)
            sample.append(CellDelta("p", "e", f"t{task}", "law", float(queries.mean()), queries))
        for name, interval in (
            ("mean", statistics.mean_interval(sample, seed=trial)),
            ("median", statistics.median_interval(sample, seed=trial)),
            ("query", statistics.query_interval(sample, seed=trial, resamples=499)),
        ):
            assert interval is not None
            hits[name] += interval.low <= 0.05 <= interval.high
    assert all(51 <= count <= 60 for count in hits.values()), hits


def test_intervals_resample_tasks_so_more_encoders_do_not_narrow_them() -> None:
    values = [0.1, -0.05, 0.2, 0.0, 0.07]
    once = cells(values)
    thrice = [cell(f"t{n}", value, encoder=f"e{e}") for n, value in enumerate(values) for e in range(3)]
    for interval in (statistics.mean_interval, statistics.median_interval, statistics.query_interval):
        one, three = interval(once), interval(thrice)
        assert one is not None and three is not None
        assert (one.low, one.high) == pytest.approx((three.low, three.high))


def test_queries_widen_the_interval_and_uneven_tasks_are_weighed_by_their_cells() -> None:
    noisy = [cell(f"t{n}", value, spread=0.5) for n, value in enumerate([0.1, 0.11, 0.09, 0.1, 0.1])]
    over_cells, over_queries = statistics.mean_interval(noisy), statistics.query_interval(noisy)
    assert over_cells is not None and over_queries is not None
    assert over_queries.high - over_queries.low > 3 * (over_cells.high - over_cells.low)
    uneven = [cell(f"t{task}", 0.0) for task in range(4)] + [cell("t4", 1.0, encoder=f"e{e}") for e in range(9)]
    interval = statistics.median_interval(uneven)
    assert interval is not None and interval.low == 0.0 and interval.high == 1.0


@pytest.mark.parametrize("values", [[], [0.2], [0.1, 0.2, 0.3, 0.4]])
def test_few_tasks_give_no_interval(values: list[float]) -> None:
    assert statistics.mean_interval(cells(values)) is None
    assert statistics.median_interval(cells(values)) is None
    assert statistics.query_interval(cells(values)) is None


def test_equal_deltas_have_an_interval_without_width() -> None:
    interval = statistics.mean_interval(cells([0.25] * 5))
    assert interval is not None and interval.low == interval.high == 0.25


def test_programs_are_compared_on_common_cells_only() -> None:
    first = [cell("t0", 0.3), cell("t1", 0.1), cell("only-first", 0.9)]
    second = [cell("t0", 0.1, program="q"), cell("t1", 0.1, program="q"), cell("only-second", -0.9, program="q")]
    comparison = statistics.compare(first, second)
    assert comparison is not None
    assert comparison.cells == (("e", "t0"), ("e", "t1"))
    assert comparison.difference == pytest.approx(0.1)
    assert statistics.compare(first[2:], second) is None


def test_groups_keep_every_cell_once() -> None:
    sample = [cell("a", 0.1, encoder="x"), cell("b", 0.2, encoder="y"), cell("c", 0.3, encoder="x")]
    groups = statistics.grouped(sample, lambda one: one.encoder)
    assert {name: [one.task for one in group] for name, group in groups.items()} == {"x": ["a", "c"], "y": ["b"]}


@given(st.lists(st.tuples(deltas, deltas, deltas), min_size=1, max_size=6))
def test_the_oracle_per_cell_is_the_mean_of_the_maxima(table: list[tuple[float, float, float]]) -> None:
    programs = {f"p{column}": cells([row[column] for row in table], program=f"p{column}") for column in range(3)}
    oracle = statistics.oracle_per_cell(programs)
    assert oracle is not None and oracle.chosen_per == "cell" and len(oracle.programs) == 3
    assert oracle.mean == pytest.approx(np.mean([max(row) for row in table]))


def test_the_oracle_per_query_is_at_least_the_one_per_cell_and_needs_common_cells() -> None:
    first = [CellDelta("p", "e", "t", "law", 0.1, np.array([0.3, -0.1]))]
    second = [CellDelta("q", "e", "t", "law", 0.0, np.array([-0.4, 0.4]))]
    oracle = statistics.oracle_per_query({"p": first, "q": second})
    assert oracle is not None and oracle.mean == pytest.approx(0.35)
    assert statistics.oracle_per_query({"p": first, "q": [cell("other", 0.0, program="q")]}) is None
