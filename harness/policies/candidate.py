"""What a parent-selection policy knows of a program, and the draw that the policies share."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.text import counted


@dataclass(frozen=True)
class Candidate:
    """An evaluated program that may become a parent."""

    id: str
    worth: float
    cost_ratio: float
    n_children: int


class ParentPolicy(Protocol):
    """Chooses parents for the next program."""

    def __call__(self, candidates: Sequence[Candidate], rng: random.Random, count: int) -> list[str]:
        """Distinct ids, at most `count`, in the order drawn; the same `rng` state gives the same ids."""


def draw(candidates: Sequence[Candidate], weights: Sequence[float], rng: random.Random, count: int) -> list[str]:
    """Draw ids without replacement, each with probability proportional to its weight among those left.

    Where all weights left are zero the draw is uniform. Raises ValueError where there are not as many weights.
    """
    if len(candidates) != len(weights):
        raise ValueError(f"{counted(len(candidates), 'candidate')} came with {counted(len(weights), 'weight')}.")
    left = list(weights)
    drawn: list[int] = []
    while len(drawn) < min(count, len(candidates)):
        if sum(left) <= 0:
            left = [0.0 if index in drawn else 1.0 for index in range(len(left))]
        (index,) = rng.choices(range(len(left)), left)
        left[index] = 0.0
        drawn.append(index)
    return [candidates[index].id for index in drawn]
