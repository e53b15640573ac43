"""How often does a transfer search of 144 programs admit one that is no better, and which gains does it still see?

Every program is tested as `harness.evaluation.validation` tests it, on simulated differences per query: six in ten are
zero, as for real programs, the others have a standard deviation of 0.3. The truths of worthless programs:

* even: no task gains, and gains and losses mirror each other
* lopsided: no task gains; many small gains and few great losses
* mixed: one task gains 0.04 and another loses as much, the others nothing

The rule tests the mean over tasks, and asks of the median that it is positive. So a program that gains on one task
alone is no false admission, and a last table says how often it is admitted.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.validation import FLOOR, chance, error_share

Floats = NDArray[np.float64]
PROGRAMS, CHANGED, SPREAD, SEED = 144, 0.4, 0.3, 3
SEARCHES = 1000
TRUTHS = ("even", "lopsided", "mixed")
SIZES = ((43, 4), (150, 4), (150, 3))
"""Queries of each hidden task, and hidden tasks."""
GAINS = (0.02, 0.04, 0.06, 0.08, 0.12)
PLACES = (4, 20, 72, 144)


def report() -> Iterator[str]:
    """Yield false admissions, power, and what is made of a gain on one task alone."""
    rng = np.random.default_rng(SEED)
    shares = np.array([error_share(number) for number in range(1, PROGRAMS + 1)])
    yield f"searches of {SEARCHES} that admit a worthless program among {PROGRAMS}; in brackets with 5 % for each test"
    for queries, tasks in SIZES:
        for truth in TRUTHS:
            p = np.array([simulate(rng, PROGRAMS, queries, tasks, truth) for _ in range(SEARCHES)])
            spent, each = ((p < share).any(axis=1).mean() for share in (shares, 0.05))
            yield f"{tasks} tasks of {queries:3d} queries, {truth:9s} {spent:6.1%}  ({each:6.1%})"
    yield f"share of programs admitted that gain so much on every hidden task, by the place of their test {PLACES}"
    for queries, tasks in SIZES:
        for gain in GAINS:
            p = simulate(rng, 2000, queries, tasks, "even", gain)
            seen = "  ".join(f"{(p < error_share(place)).mean():4.0%}" for place in PLACES)
            yield f"{tasks} tasks of {queries:3d} queries, gain {gain:+.2f}   {seen}"
    yield "the same where it gains 0.15 on one task and nothing on the others"
    for queries, tasks in SIZES:
        p = simulate(rng, 2000, queries, tasks, "one")
        seen = "  ".join(f"{(p < error_share(place)).mean():4.0%}" for place in PLACES)
        yield f"{tasks} tasks of {queries:3d} queries               {seen}"


def simulate(
    rng: np.random.Generator, programs: int, queries: int, tasks: int, truth: str, gain: float = 0.0
) -> Floats:
    """p of each of so many programs, float64 (programs,); 1 where the rule turns one down before it asks for p."""
    differences = draw(rng, (programs, tasks, queries), truth) + gain
    gains = differences.mean(axis=-1)
    hopeful = (np.median(gains, axis=-1) > 0) & (gains.min(axis=-1) >= FLOOR)
    return np.where(hopeful, chance([differences[:, task] for task in range(tasks)]), 1.0)


def draw(rng: np.random.Generator, shape: tuple[int, int, int], truth: str) -> Floats:
    """Differences per query of programs that gain as `truth` says, float64 (programs, tasks, queries)."""
    changed = rng.random(shape) < CHANGED
    if truth == "lopsided":  # an exponential tail on the side of losses
        return np.where(changed, SPREAD * (1 - rng.standard_exponential(shape)), 0.0)
    even = np.where(changed, SPREAD * rng.standard_normal(shape), 0.0)
    if truth == "mixed":
        even[:, 0] += 0.04
        even[:, 1] -= 0.04
    if truth == "one":
        even[:, 0] += 0.15
    return even
