"""The transfer rule admits what holds on hidden tasks, and says nothing of their numbers."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.errors import UsageError
from harness.evaluation.validation import ERROR, chance, error_share, hidden_tasks, transfer_rule

NAMES = [f"task{n}" for n in range(10)]


def scores(*shifts: float, noise: float = 0.0, n: int = 60) -> dict[str, NDArray[np.float32]]:
    """The same queries each time, moved by a shift for each task, and by noise that does not move the task's mean."""
    rng = np.random.default_rng(7)
    base = np.random.default_rng(1).uniform(0.2, 0.8, n)
    moved = {}
    for name, shift in zip(NAMES, shifts, strict=False):
        around = rng.standard_normal(n)
        moved[name] = (base + shift + noise * (around - around.mean())).astype(np.float32)
    return moved


COSINE = scores(0, 0, 0)


@pytest.mark.parametrize(
    ("candidate", "objection"),
    [
        (scores(0.02, 0.03, 0.01), ""),
        (scores(0.05, 0.05, -0.04, n=400), ""),
        (scores(0.05, 0.05, -0.06), "loses too much"),
        (scores(0.1, -0.01, -0.01), "does not improve their median"),
        (scores(0.0, 0.0, 0.0), "does not improve their median"),
        (scores(0.01, 0.01, 0.01, noise=0.3), "accident"),
    ],
)
def test_the_rule(candidate: dict[str, NDArray[np.float32]], objection: str) -> None:
    cosine = scores(0, 0, 0, n=len(candidate["task0"]))
    validation = transfer_rule(candidate, cosine, None, number=1)
    assert validation.decision.admitted is (objection == "")
    assert objection in validation.objection and objection in validation.sentence
    assert validation == transfer_rule(candidate, cosine, None, number=1)


def test_every_refusal_reads_alike_so_a_proposer_learns_nothing_of_the_hidden_queries() -> None:
    refused = [scores(0.05, 0.05, -0.06), scores(0.1, -0.01, -0.01), scores(0.01, 0.01, 0.01, noise=0.3)]
    decisions = {transfer_rule(candidate, COSINE, None, number=1).decision for candidate in refused}
    (decision,) = decisions
    assert not decision.admitted and not re.search(r"\d", decision.reason)


def test_the_last_admitted_program_is_to_be_beaten() -> None:
    champion = scores(0.05, 0.05, 0.05)
    assert not transfer_rule(scores(0.04, 0.04, 0.04), COSINE, champion, number=1).decision.admitted
    assert transfer_rule(scores(0.06, 0.06, 0.06), COSINE, champion, number=1).decision.admitted


def test_the_shares_of_a_search_add_up_to_its_error_and_later_tests_need_more() -> None:
    shares = [error_share(number) for number in range(1, 100_001)]
    assert 0.999 * ERROR < sum(shares) < ERROR
    assert sum(shares[:20]) == pytest.approx(ERROR / 2)
    assert shares == sorted(shares, reverse=True)
    candidate = scores(0.03, 0.03, 0.03, noise=0.1)
    first, late = (transfer_rule(candidate, COSINE, None, number=number) for number in (1, 1000))
    assert first.p == late.p and first.decision.admitted and not late.decision.admitted


def test_p_is_no_smaller_than_it_should_be_for_differences_without_a_gain() -> None:
    rng = np.random.default_rng(2)
    even = [np.where(rng.random((20_000, 60)) < 0.4, rng.normal(0, 0.3, (20_000, 60)), 0) for _ in range(3)]
    for level in (0.05, 0.01, 0.001):
        assert (chance(even) < level).mean() <= level
    assert (chance([each + 0.1 for each in even]) < 0.001).mean() > 0.9


def test_a_gain_that_one_rare_loss_would_undo_is_not_believed() -> None:
    small = np.full(40, 0.005)
    small[::4] = 0.02
    assert chance([small]) < 1e-6
    rare = small.copy()
    rare[1] = -0.2
    assert chance([rare]) > 0.1


def test_p_of_what_moves_nothing_and_of_a_single_query() -> None:
    assert chance([np.zeros(10)]) == 0.5
    assert chance([np.array([0.5])]) >= 0.5


def test_tasks_are_hidden_by_seed() -> None:
    assert hidden_tasks(NAMES, 0, 0.3) == hidden_tasks(NAMES[::-1], 0, 0.3)
    assert len(hidden_tasks(NAMES, 0, 0.3)) == 3
    assert len({hidden_tasks(NAMES, seed, 0.3) for seed in range(10)}) > 5
    with pytest.raises(UsageError, match="none is left to search on"):
        hidden_tasks(["only"], 0, 0.3)
