"""Simulated searches: a stand-in model with known success rates, to see what a policy is worth without a model.

Each function plays one search and returns one number per generation; scripts and tests average them over seeds.
"""

import random

from harness.policies.candidate import Candidate, ParentPolicy


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
