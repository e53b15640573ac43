"""Objectives against numbers computed by hand."""

import pytest

from harness.errors import UsageError
from harness.evaluation.objectives import OBJECTIVES, MeanMinusLatency, Median, TaskResult, find_objective

RESULTS = [  # deltas +0.1, -0.05, +0.25, 0
    TaskResult("a", 0.4, 0.3, 1.0),
    TaskResult("b", 0.2, 0.25, 2.0),
    TaskResult("c", 0.75, 0.5, 3.0),
    TaskResult("d", 0.6, 0.6, 6.0),
]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("mean", 0.075),
        ("median", 0.05),
        ("geometric_mean", 0.036**0.25),
        ("mean_minus_latency", 0.075 - 0.01 * 3),
        ("mean_minus_latency(weight=0.1)", 0.075 - 0.1 * 3),
        ("mean_minus_latency(weight=0)", 0.075),
        ("mean(floor=-0.06)", 0.075),
        ("median(floor=-0.06)", 0.05),
    ],
)
def test_the_number_is_the_one_computed_by_hand(text: str, number: float) -> None:
    assert find_objective(text).value(RESULTS) == pytest.approx(number)
    assert find_objective(text).refusal(RESULTS) is None


def test_an_odd_number_of_tasks_has_one_in_the_middle() -> None:
    assert Median().value(RESULTS[:3]) == pytest.approx(0.1)


def test_a_task_without_value_makes_the_geometric_mean_zero() -> None:
    assert find_objective("geometric_mean").value([*RESULTS, TaskResult("e", 0.0, 0.0, 1.0)]) == 0.0


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_program_below_the_floor_has_no_number(name: str) -> None:
    objective = find_objective(f"{name}(floor=-0.04)")
    assert objective.value(RESULTS) is None
    assert objective.refusal(RESULTS) == "The delta on task b is -0.0500, below the floor of -0.0400."


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_delta_at_the_floor_holds_and_no_result_has_no_number(name: str) -> None:
    at_the_floor = [TaskResult("a", 0.25, 0.5, 0.0)]
    assert find_objective(f"{name}(floor=-0.25)").value(at_the_floor) is not None
    assert find_objective(name).value([]) is None


@pytest.mark.parametrize("text", [*OBJECTIVES, "median(floor=-0.02)", "mean_minus_latency(floor=-0.1, weight=0.5)"])
def test_an_objective_prints_as_it_is_written(text: str) -> None:
    assert str(find_objective(text)) == text
    assert find_objective(text) == find_objective(str(find_objective(text)))


def test_parameters_come_in_any_order() -> None:
    assert find_objective("mean_minus_latency(weight=0.5,floor=-1)") == MeanMinusLatency(weight=0.5, floor=-1.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("maen", "did you mean 'mean'"),
        ("geometric", "did you mean 'geometric_mean'"),
        ("zzz", "choose one of mean, median, geometric_mean, mean_minus_latency"),
        ("mean@10", "is not an objective"),
        ("median(flor=1)", "median has no parameter 'flor' (did you mean 'floor'"),
        ("mean(weight=1)", "it has floor"),
        ("mean(floor=low)", "The floor of mean is 'low'"),
        ("mean(floor=nan)", "must be a finite number"),
        ("mean_minus_latency(weight=-1)", "The weight of mean_minus_latency is -1.0"),
    ],
)
def test_what_is_no_objective_is_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        find_objective(text)
    assert said in str(refused.value)


def test_a_floor_beside_the_text_stands_in_place_of_one_in_it() -> None:
    assert find_objective("median", -0.02) == find_objective("median(floor=-0.5)", -0.02) == Median(floor=-0.02)
