"""Simulated searches: a stand-in model with known success rates, to see what a policy is worth without a model.

Each function plays one search and returns one number per generation; scripts and tests average them over seeds.
"""

import random
from collections.abc import Callable

from harness.policies import bandit
from harness.policies.candidate import Candidate, ParentPolicy
from harness.proposers.protocol import LedgerRow


def search_by_selection(policy: ParentPolicy, *, generations: int, seed: int) -> list[float]:
    """The best mean delta so far, after each generation.

    A child differs from its parent by a normal step of mean -0.01 and deviation 0.02 in delta: most changes harm, some
    help, and only a chain of helpful ones goes far. A child costs a little more than its parent.
    """
    rng = random.Random(seed)
    programs = {"p0": Candidate("p0", 0.0, 1.0, 0)}
    best = [0.0]
    for number in range(1, generations + 1):
        parent = programs[policy(list(programs.values()), rng, 1)[0]]
        delta = parent.mean_delta + rng.gauss(-0.01, 0.02)
        programs[parent.id] = Candidate(parent.id, parent.mean_delta, parent.cost_ratio, parent.n_children + 1)
        programs[f"p{number}"] = Candidate(f"p{number}", delta, parent.cost_ratio + rng.random() / 10, 0)
        best.append(max(best[-1], delta))
    return best


SUCCESS_RATES = {"weak": 0.05, "middling": 0.1, "strong": 0.4}
"""How often each stand-in model improves on its parent."""


def search_by_bandit(*, generations: int, seed: int) -> list[float]:
    """The best mean delta so far, after each generation, with the bandit choosing among three stand-in models."""

    def choose(ledger: list[LedgerRow], rng: random.Random, number: int) -> str:
        return bandit.choose(list(SUCCESS_RATES), ledger, rng, number)

    return _search_by_models(choose, generations, seed)


def search_by_uniform_models(*, generations: int, seed: int) -> list[float]:
    """The same with every model equally likely."""
    return _search_by_models(lambda ledger, rng, number: rng.choice(list(SUCCESS_RATES)), generations, seed)


def _search_by_models(
    choose: Callable[[list[LedgerRow], random.Random, int], str], generations: int, seed: int
) -> list[float]:
    """Every child comes from the best program; a success adds an exponential step of mean 0.01."""
    rng = random.Random(seed)
    ledger = [_row("p0", (), 0.0, "")]
    best = ledger[0]
    curve = [0.0]
    for number in range(1, generations + 1):
        model = choose(ledger, rng, number)
        step = rng.expovariate(100) if rng.random() < SUCCESS_RATES[model] else -0.01
        ledger.append(_row(f"p{number}", (best.id,), curve[-1] + step, model))
        best = ledger[-1] if step > 0 else best
        curve.append(max(curve[-1], curve[-1] + step))
    return curve


def _row(id_: str, parents: tuple[str, ...], delta: float, model: str) -> LedgerRow:
    return LedgerRow(id_, id_, parents, "evaluated", "", "", "", delta, 1.0, 0, 0, 0, model=model)
