"""Which model writes next: an upper confidence bound on how much its programs improve on their parents.

UCB1 (Auer, Cesa-Bianchi and Fischer, Machine Learning 47, 2002) on discounted sums (Garivier and Moulines, ALT 2011),
with the reward and the preference for cheapness of ShinkaEvolve (Lange et al., arXiv:2509.19349, 2025).
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from harness.programs.view import LedgerRow

DISCOUNT = 0.95
EXPLORATION = 0.5


class ModelPolicy(Protocol):
    """Chooses the model that writes next."""

    def __call__(
        self, models: Sequence[str], ledger: Sequence[LedgerRow], rng: random.Random, number: int, *, cheapness: float
    ) -> str:
        """One of `models` for program `number`; the same ledger and `rng` state give the same model."""


@dataclass
class Arm:
    """Discounted record of one model."""

    pulls: float = 0.0
    reward: float = 0.0
    dollars: float = 0.0
    seen: bool = field(default=False)


def choose(
    models: Sequence[str], ledger: Sequence[LedgerRow], rng: random.Random, number: int, *, cheapness: float = 0.0
) -> str:
    """A model for program `number`: unseen ones first, in turn, then the highest bound; `rng` breaks ties.

    `cheapness` in [0, 1] is the weight of a model's price against its improvement.
    """
    arms = record(models, ledger)
    unseen = [model for model in models if not arms[model].seen]
    if unseen:
        return unseen[number % len(unseen)]
    bounds = _bounds(arms, cheapness)
    best = max(bounds.values())
    return rng.choice([model for model in models if bounds[model] == best])


def record(models: Sequence[str], ledger: Sequence[LedgerRow]) -> dict[str, Arm]:
    """What the ledger says of each model; older programs count less, failed ones count as no improvement."""
    deltas = {row.id: row.worth for row in ledger}
    arms = {model: Arm() for model in models}
    for row in ledger:
        if row.model not in arms:
            continue
        for arm in arms.values():
            arm.pulls *= DISCOUNT
            arm.reward *= DISCOUNT
            arm.dollars *= DISCOUNT
        arm = arms[row.model]
        arm.seen = True
        arm.pulls += 1
        arm.reward += improvement(row, deltas)
        arm.dollars += row.cost_usd or 0.0
    return arms


def improvement(row: LedgerRow, deltas: Mapping[str, float | None]) -> float:
    """How far a program's mean delta is above its best parent's, at least zero; above the cosine's without parents.

    Where a ledger tells one bit and no figure, an admitted program counts 1.
    """
    if row.worth is None:
        return float(row.status == "admitted")
    known = [delta for parent in row.parents if (delta := deltas.get(parent)) is not None]
    return max(0.0, row.worth - max(known, default=0.0))


def _bounds(arms: Mapping[str, Arm], cheapness: float) -> dict[str, float]:
    total = sum(arm.pulls for arm in arms.values())
    means = {model: arm.reward / arm.pulls for model, arm in arms.items()}
    scale = max(means.values()) or 1.0
    costs = {model: arm.dollars / arm.pulls for model, arm in arms.items()}
    cheapest = min(costs.values())
    bounds = {}
    for model, arm in arms.items():
        saved = cheapest / costs[model] if costs[model] > 0 else 1.0
        exploration = EXPLORATION * math.sqrt(math.log(1 + total) / arm.pulls)
        bounds[model] = (1 - cheapness) * means[model] / scale + cheapness * saved + exploration
    return bounds
