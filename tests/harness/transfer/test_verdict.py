"""What may be said of a program on tasks that its search has not seen."""

import numpy as np
import pytest

from harness.transfer.statistics import CellDelta
from harness.transfer.verdict import verdict


def cells(gain: float, n_tasks: int, *, spread: float = 0.01, n_queries: int = 30) -> list[CellDelta]:
    """Tasks whose deltas lie evenly about a gain."""
    shifts = np.linspace(-spread, spread, n_tasks) if n_tasks > 1 else [0.0]
    noise = np.linspace(-0.05, 0.05, n_queries)
    return [
        CellDelta("p", "e", f"task-{at}", "d", float(gain + shift), gain + shift + noise)
        for at, shift in enumerate(shifts)
    ]


@pytest.mark.parametrize(
    ("outside", "holds", "said"),
    [
        (cells(0.05, 8), "holds", "It holds: p gains +0.0500 [+0.0"),
        (cells(0.05, 3), "holds", "It holds on these tasks: p gains +0.0500"),
        (cells(0.001, 8, spread=0.1), "open", "the interval includes zero, and so no gain at all."),
        (cells(-0.05, 8), "worse", "It does not hold: p gains -0.0500"),
        (cells(0.05, 1, n_queries=5), "too few", "Too little to say: p gains +0.0500 on 1 held-out task, too few"),
        ([], "unknown", "Not known: p has no result on a task that its search has not seen"),
    ],
)
def test_the_sentence_says_no_more_than_the_interval_allows(outside: list[CellDelta], holds: str, said: str) -> None:
    found = verdict("p", cells(0.1, 8), outside)
    assert found.holds == holds and said in found.sentence


def test_fewer_than_six_tasks_say_nothing_of_others() -> None:
    assert "nothing is said of other tasks" in verdict("p", [], cells(0.05, 5)).sentence
    assert "nothing is said" not in verdict("p", [], cells(0.05, 6)).sentence


@pytest.mark.parametrize(
    ("inside", "said"),
    [(0.1, "owed to the choice"), (0.051, "may be the draw of the tasks"), (0.0, "easier to gain on")],
)
def test_what_is_lost_between_in_domain_and_held_out_is_told_with_its_interval(inside: float, said: str) -> None:
    beside = verdict("p", cells(inside, 8), cells(0.05, 8)).beside
    assert said in beside and f"the difference, {inside - 0.05:+.4f} [" in beside
    assert verdict("p", cells(inside, 3), cells(0.05, 8)).beside == ""  # too few tasks for it
