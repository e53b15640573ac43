"""The bandit learns which model is worth asking, from the ledger alone."""

import random
from statistics import mean

import pytest

from harness.policies.bandit import choose, improvement, record
from harness.programs.view import LedgerRow
from scripts.policy_simulation import search_by_bandit, search_by_uniform_models


def row(n: int, model: str, delta: float | None, parent: int | None = None, cost: float = 0.01) -> LedgerRow:
    parents = () if parent is None else (f"p{parent}",)
    return LedgerRow(
        f"p{n}", "x", parents, "evaluated", "", "", "", delta, 1.0, 0, 0, 0, model=model, cost_usd=cost, worth=delta
    )


def test_unseen_models_come_first_in_turn() -> None:
    chosen = [choose(["a", "b", "c"], [], random.Random(0), number) for number in range(3)]
    assert sorted(chosen) == ["a", "b", "c"]
    assert choose(["a", "b"], [row(1, "a", 0.5)], random.Random(0), 7) == "b"


def test_improvement_is_over_the_best_parent_and_never_negative() -> None:
    deltas = {"p1": 0.1, "p2": 0.3, "p3": None}
    child = LedgerRow("c", "x", ("p1", "p2", "p3"), "evaluated", "", "", "", 0.35, 1.0, 0, 0, 0, worth=0.35)
    assert improvement(child, deltas) == pytest.approx(0.05)
    assert improvement(row(9, "a", 0.2, parent=2), deltas) == 0.0
    assert improvement(row(9, "a", None), deltas) == 0.0


def test_old_success_fades() -> None:
    ledger = [row(0, "a", 0.4)] + [row(n, "b", 0.0) for n in range(1, 30)]
    arms = record(["a", "b"], ledger)
    assert arms["a"].reward == pytest.approx(0.4 * 0.95**29)
    assert arms["a"].pulls == pytest.approx(0.95**29)


def test_the_better_model_is_asked_more() -> None:
    rng = random.Random(3)
    ledger: list[LedgerRow] = []
    for number in range(80):
        model = choose(["weak", "strong"], ledger, rng, number)
        ledger.append(row(number, model, 0.1 if model == "strong" and rng.random() < 0.6 else 0.0))
    assert sum(r.model == "strong" for r in ledger[20:]) > 40


def test_of_equal_models_the_cheap_one_is_asked_more() -> None:
    rng = random.Random(3)
    ledger: list[LedgerRow] = []
    for number in range(80):
        model = choose(["cheap", "costly"], ledger, rng, number, cheapness=0.5)
        ledger.append(row(number, model, 0.05, cost=0.01 if model == "cheap" else 0.2))
    assert sum(r.model == "cheap" for r in ledger) > 55


def test_the_bandit_beats_uniform_choice() -> None:
    bandit = mean(search_by_bandit(generations=80, seed=seed)[-1] for seed in range(40))
    uniform = mean(search_by_uniform_models(generations=80, seed=seed)[-1] for seed in range(40))
    assert bandit > uniform + 0.02
