"""What a parent-selection policy knows of a program, and the draw that the policies share."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Candidate:
    """An evaluated program that may become a parent."""

    id: str
    mean_delta: float
    cost_ratio: float
    n_children: int


class ParentPolicy(Protocol):
    """Chooses parents for the next program."""

    def __call__(self, candidates: Sequence[Candidate], rng: random.Random, count: int) -> list[str]:
        """Distinct ids, at most `count`, in the order drawn; the same `rng` state gives the same ids."""


def draw(candidates: Sequence[Candidate], weights: Sequence[float], rng: random.Random, count: int) -> list[str]:
    """Draw ids without replacement, each with probability proportional to its weight among those left.

    Where all weights left are zero the draw is uniform.
    """
    pool = list(zip(candidates, weights, strict=True))
    drawn: list[str] = []
    while pool and len(drawn) < count:
        left = [weight for _, weight in pool]
        index = rng.choices(range(len(pool)), left if sum(left) > 0 else None)[0]
        drawn.append(pool.pop(index)[0].id)
    return drawn
