"""Tests by sign flips and their corrections, against naive computation and simulated truth."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.transfer.significance import (
    benjamini_hochberg,
    compare,
    corrected,
    flip_p,
    holm,
    least_p,
    sign_flip_p,
    unit_of,
)
from tests.harness.transfer.made_up import cell, cells, corpus, deltas


@settings(max_examples=30, deadline=None)
@given(st.lists(deltas, min_size=2, max_size=7))
def test_the_sign_flip_p_equals_the_enumeration_of_all_flips(values: list[float]) -> None:
    observed = abs(sum(values))
    flipped = [
        abs(sum(sign * value for sign, value in zip(signs, values, strict=True)))
        for signs in product((1, -1), repeat=len(values))
    ]
    equal = 1e-6 * sum(map(abs, values))  # sums that differ by rounding alone
    expected = sum(total >= observed - equal for total in flipped) / len(flipped)
    assert flip_p(np.array(values)) == pytest.approx(expected)


def test_cells_of_one_task_or_one_query_are_flipped_together() -> None:
    one = cells([0.1] * 6)
    repeated = [cell(f"t{task}", 0.1, encoder=f"e{encoder}") for task in range(6) for encoder in range(9)]
    assert sign_flip_p(repeated, "tasks") == sign_flip_p(one, "tasks") == 2 / 2**6
    per_query = np.repeat([0.1, 0.0], [5, 25])
    encoders = [corpus(per_query, encoder=f"e{encoder}") for encoder in range(9)]
    assert sign_flip_p(encoders, "queries") == sign_flip_p([corpus(per_query)], "queries") == 2 / 2**5


def test_many_values_are_tested_by_random_flips() -> None:
    rng = np.random.default_rng(0)
    assert flip_p(0.02 + rng.normal(0, 0.01, 30)) == 1 / 10_000
    assert flip_p(rng.normal(0, 0.01, 30)) > 0.01


def test_p_of_one_corpus_is_below_five_percent_as_often_without_a_gain_and_nearly_always_with_a_great_one() -> None:
    rng = np.random.default_rng(4)
    drawn = np.where(rng.random((300, 150)) < 0.4, rng.normal(0, 0.3, (300, 150)), 0.0)
    alarms = [(sign_flip_p([corpus(row)], "queries") or 0) < 0.05 for row in drawn]
    assert 0.01 <= np.mean(alarms) <= 0.09
    seen = [(sign_flip_p([corpus(row + 0.08)], "queries") or 1) < 0.05 for row in drawn]
    assert np.mean(seen) > 0.95


def test_what_is_flipped_is_told_by_the_number_of_tasks_alone() -> None:
    assert unit_of(cells([0.1] * 6)) == "tasks" and unit_of(cells([0.1] * 5)) == "queries"
    assert sign_flip_p(cells([0.1] * 5), "tasks") is None
    assert sign_flip_p([corpus(np.full(19, 0.1))], "queries") is None


def test_no_corrected_p_is_given_where_none_below_the_threshold_is_possible() -> None:
    assert least_p(6) == 2 / 2**6 and least_p(1000) == 1 / 10_000
    p_values = [2 / 2**6] * 27
    family = corrected(p_values, least_p(6))
    assert family.holm == (None,) * 27 and family.benjamini_hochberg == pytest.approx((2 / 2**6,) * 27)
    assert corrected([*p_values[:1], None], least_p(6)).holm == (2 / 2**6, None)
    assert corrected([0.001] * 27, least_p(14)).holm == pytest.approx((0.027,) * 27)
    assert corrected([], 1.0).holm == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_equals_the_step_down_procedure(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    for alpha in (0.01, 0.05, 0.3):
        rejected = set()
        for step, number in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
            if p_values[number] * (len(p_values) - step) > alpha:
                break
            rejected.add(number)
        assert {number for number, p in enumerate(adjusted) if p <= alpha} == rejected


@given(st.lists(st.floats(0, 1), min_size=0, max_size=12))
def test_benjamini_hochberg_equals_the_step_up_procedure(p_values: list[float]) -> None:
    adjusted = benjamini_hochberg(p_values)
    for number, p in enumerate(p_values):
        n = len(p_values)
        larger = [other for other in p_values if other >= p]
        naive = min(other * n / len([one for one in p_values if one <= other]) for other in larger)
        assert adjusted[number] == pytest.approx(min(naive, 1.0))


def test_programs_are_compared_on_common_cells_only() -> None:
    first = [cell("t0", 0.3), cell("t1", 0.1), cell("only-first", 0.9)]
    second = [cell("t0", 0.1, program="q"), cell("t1", 0.1, program="q"), cell("only-second", -0.9, program="q")]
    comparison = compare(first, second, "tasks")
    assert comparison is not None
    assert comparison.cells == (("e", "t0"), ("e", "t1"))
    assert comparison.p is None
    assert comparison.difference == pytest.approx(0.1)
    assert compare(first[2:], second, "tasks") is None
