"""Parents by binary tournaments on Pareto rank, then on crowding distance: the whole front breeds, its gaps first.

Source: NSGA-II (Deb et al., IEEE Transactions on Evolutionary Computation 6(2), 2002).
"""

import math
import random
from collections.abc import Callable, Sequence

from harness.policies.candidate import Candidate


def select(candidates: Sequence[Candidate], rng: random.Random, count: int) -> list[str]:
    """The winner of each tournament leaves the pool, so the ids are distinct."""
    order = _tournament_order(candidates)
    pool = sorted(order)
    drawn: list[str] = []
    while pool and len(drawn) < count:
        rivals = rng.sample(pool, min(2, len(pool)))
        winner = min(rivals, key=lambda id_: order[id_])
        pool.remove(winner)
        drawn.append(winner)
    return drawn


def fronts(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Peel off non-dominated sets (cost down, mean delta up), best first; equals share a front."""
    left = sorted(candidates, key=lambda c: (c.cost_ratio, -c.worth, c.id))
    peeled: list[list[Candidate]] = []
    while left:
        front: list[Candidate] = []
        behind: list[Candidate] = []
        for candidate in left:
            # Sorted by cost, so only the last of the front can dominate; it has the front's highest delta.
            dominated = bool(front) and not _beats_or_equals(candidate, front[-1])
            (behind if dominated else front).append(candidate)
        peeled.append(front)
        left = behind
    return peeled


def _beats_or_equals(candidate: Candidate, last: Candidate) -> bool:
    same = (candidate.cost_ratio, candidate.worth) == (last.cost_ratio, last.worth)
    return same or candidate.worth > last.worth


def _tournament_order(candidates: Sequence[Candidate]) -> dict[str, tuple[int, float]]:
    order: dict[str, tuple[int, float]] = {}
    for rank, front in enumerate(fronts(candidates)):
        distances = _crowding(front)
        order |= {c.id: (rank, -distances[c.id]) for c in front}
    return order


def _crowding(front: Sequence[Candidate]) -> dict[str, float]:
    """Sum over both axes of the gap between a candidate's neighbours, in units of the front's extent; ends infinite."""
    distance = {c.id: 0.0 for c in front}
    axes: tuple[Callable[[Candidate], float], ...] = (lambda c: c.cost_ratio, lambda c: c.worth)
    for axis in axes:
        ordered = sorted(front, key=axis)
        extent = axis(ordered[-1]) - axis(ordered[0])
        distance[ordered[0].id] = distance[ordered[-1].id] = math.inf
        if extent == 0:
            continue
        for before, here, after in zip(ordered, ordered[1:], ordered[2:], strict=False):
            distance[here.id] += (axis(after) - axis(before)) / extent
    return distance
