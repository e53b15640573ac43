"""The transfer rule admits what holds on hidden tasks, and says nothing of their numbers."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.errors import UsageError
from harness.evaluation.validation import CONFIDENCE, hidden_tasks, transfer_rule

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
    ("candidate", "admitted", "reason"),
    [
        (scores(0.02, 0.03, 0.01), True, "improves the hidden tasks"),
        (scores(0.05, 0.05, -0.04), True, "improves the hidden tasks"),
        (scores(0.05, 0.05, -0.06), False, "loses too much"),
        (scores(0.1, -0.01, -0.01), False, "does not improve the median"),
        (scores(0.0, 0.0, 0.0), False, "does not improve the median"),
        (scores(0.01, 0.01, 0.01, noise=0.3), False, "accident"),
    ],
)
def test_the_rule(candidate: dict[str, NDArray[np.float32]], admitted: bool, reason: str) -> None:
    validation = transfer_rule(candidate, COSINE, None, seed=0)
    assert validation.decision.admitted is admitted
    assert reason in validation.decision.reason
    assert not re.search(r"\d", validation.decision.reason)
    assert validation == transfer_rule(candidate, COSINE, None, seed=0)


def test_the_last_admitted_program_is_to_be_beaten() -> None:
    champion = scores(0.05, 0.05, 0.05)
    assert not transfer_rule(scores(0.04, 0.04, 0.04), COSINE, champion, seed=0).decision.admitted
    assert transfer_rule(scores(0.06, 0.06, 0.06), COSINE, champion, seed=0).decision.admitted


def test_the_confidence_is_the_share_of_resamples_that_improve() -> None:
    none = transfer_rule(scores(-0.01, -0.01, -0.01), COSINE, None, seed=0)
    even = transfer_rule(scores(0, 0, 0, noise=0.2), COSINE, None, seed=0)
    assert none.confidence == 0
    assert 0.01 < even.confidence < CONFIDENCE


def test_tasks_are_hidden_by_seed() -> None:
    assert hidden_tasks(NAMES, 0, 0.3) == hidden_tasks(NAMES[::-1], 0, 0.3)
    assert len(hidden_tasks(NAMES, 0, 0.3)) == 3
    assert len({hidden_tasks(NAMES, seed, 0.3) for seed in range(10)}) > 5
    with pytest.raises(UsageError, match="none is left to search on"):
        hidden_tasks(["only"], 0, 0.3)
