"""Simulated searches: a stand-in model with known success rates, to see what a policy is worth without a model.

Each function plays one search and returns one number per generation; scripts and tests average them over seeds.
"""

import random
from collections.abc import Callable

from harness.policies import bandit
from harness.policies.candidate import Candidate, ParentPolicy
from harness.policies.islands import inhabitants
from harness.programs.fingerprint import fingerprint
from harness.programs.view import LedgerRow


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
        delta = parent.worth + rng.gauss(-0.01, 0.02)
        programs[parent.id] = Candidate(parent.id, parent.worth, parent.cost_ratio, parent.n_children + 1)
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
    return LedgerRow(id_, id_, parents, "evaluated", "", "", "", delta, 1.0, 0, 0, 0, model=model, worth=delta)


def search_with_repeats(rejects: Callable[[str, list[str]], bool], *, evaluations: int, seed: int) -> list[int]:
    """Distinct programs evaluated, after each evaluation; the stand-in model often repeats itself under new names.

    `rejects` is asked before an evaluation is spent, with the source and those evaluated before; a model that is told
    three times that its program is not new has the last one evaluated all the same.
    """
    rng = random.Random(seed)
    seen: list[str] = []
    structures: set[str] = set()
    distinct: list[int] = []
    for number in range(evaluations):
        source = _written(rng, number)
        for attempt in range(2):
            if not rejects(source, seen):
                break
            source = _written(rng, number + 1000 * (attempt + 1))
        seen.append(source)
        structures.add(fingerprint(source).structure)
        distinct.append(len(structures))
    return distinct


OPERATIONS = ("sim + {0}", "sim * {0}", "np.maximum(sim, {0})", "np.sign(sim) * abs(sim) ** {0}", "np.tanh({0} * sim)")


def _written(rng: random.Random, number: int) -> str:
    """One of a few ideas, the first ones likelier, with a variable name and a constant of its own."""
    steps = [rng.choices(OPERATIONS, [8, 4, 2, 1, 1])[0] for _ in range(rng.choice([1, 1, 1, 2]))]
    lines = [f"    sim = {step.format(rng.randint(2, 9))}" for step in steps]
    arguments = "q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts"
    body = "\n".join(lines)
    return (
        f"import numpy as np\n\n\ndef rerank({arguments}):\n{body}\n    out_{number} = sim\n    return out_{number}\n"
    )


def search_on_islands(policy: ParentPolicy, *, islands: int, generations: int, seed: int, every: int = 20) -> int:
    """Lines of descent alive at the end: how many children of the only seed the last 20 programs come from."""
    rng = random.Random(seed)
    born = [Candidate("p1", 0.0, 1.0, 0)]
    line = {"p1": "p1"}
    for number in range(2, generations + 2):
        numbers = {candidate.id: place for place, candidate in enumerate(born, start=1)}
        pool = inhabitants(born, numbers, number, islands=islands, seeds=1, every=every)
        parent = policy(pool, rng, 1)[0]
        delta = born[numbers[parent] - 1].worth + rng.gauss(-0.01, 0.02)
        born.append(Candidate(f"p{number}", delta, 1.0, 0))
        line[f"p{number}"] = f"p{number}" if parent == "p1" else line[parent]
    return len({line[candidate.id] for candidate in born[-20:]})
