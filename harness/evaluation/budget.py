"""How much compute does a query deserve? Curves, oracles and choosers over a program at several budgets."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Chosen:
    """A way to spend, at its mean cost."""

    name: str
    value: float
    """The measure, mean over tasks."""
    cost: float
    """Mean over tasks of the cost of a query."""
    share: float | None = None
    """Of what the oracle at equal cost gains over chance, the part that this gains; None where it gains none."""


@dataclass(frozen=True)
class Study:
    """A program at several budgets. What is called oracle has seen the labels, and no program can do it."""

    knob: str
    measure: str
    axis: str
    """What cost is counted in, for each query."""
    n_queries: int
    n_tasks: int
    fixed: tuple[Chosen, ...]
    """Every query at one budget, by the knob's value."""
    best_fixed: str
    oracle_per_query: Chosen
    """Each query at its best budget, the cheapest of equals."""
    oracle_per_task: Chosen
    chance: Chosen
    """Half the queries, at random, at the best budget dearer than the cheapest: what choosers are held against."""
    oracle_at_cost: Chosen
    """The best that can be had at that mean cost."""
    choosers: tuple[Chosen, ...]
    """At that mean cost, without labels: those queries at the greater budget that they point to."""
    programs: tuple[Chosen, ...]
    """Programs that choose for themselves, each at its own mean cost, held against chance and oracle at that cost."""
    curves: Mapping[str, Sequence[Sequence[float]]]
    """By task, a row a query, its measure at each budget."""

    def view(self) -> dict[str, object]:
        """As JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True)
class Measured:
    """One task: the measure (Q, L) of each query at each of L budgets, cost (L,) a query, signals (Q,) by chooser.

    `programs` has the mean measure and the cost a query of each program that chooses for itself, by name.
    """

    task: str
    values: Values
    costs: Values
    signals: Mapping[str, Values]
    programs: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def study(tasks: Sequence[Measured], levels: Sequence[str], *, knob: str, measure: str, axis: str) -> Study:
    """Put the tasks together, each with equal weight. `levels` are from the cheapest on.

    Raises ValueError for less than two levels, or where all cost the same.
    """
    if len(levels) < 2:
        raise ValueError("A curve needs two budgets.")
    means = np.array([task.values.mean(axis=0) for task in tasks])
    costs = np.array([task.costs for task in tasks])
    fixed = tuple(
        Chosen(level, float(means[:, at].mean()), float(costs[:, at].mean())) for at, level in enumerate(levels)
    )
    low, high = _ends(fixed)
    chance = Chosen("chance", (fixed[low].value + fixed[high].value) / 2, (fixed[low].cost + fixed[high].cost) / 2)
    at_cost = _at_cost(tasks, chance.cost)
    best_each = [task.values.argmax(axis=1) for task in tasks]
    per_task = means.argmax(axis=1)
    rows = np.arange(len(tasks))
    return Study(
        knob=knob,
        measure=measure,
        axis=axis,
        n_queries=sum(len(task.values) for task in tasks),
        n_tasks=len(tasks),
        fixed=fixed,
        best_fixed=max(fixed, key=lambda one: one.value).name,
        oracle_per_query=Chosen(
            "oracle per query",
            float(np.mean([task.values.max(axis=1).mean() for task in tasks])),
            float(np.mean([task.costs[best].mean() for task, best in zip(tasks, best_each, strict=True)])),
        ),
        oracle_per_task=Chosen("oracle per task", float(means.max(axis=1).mean()), float(costs[rows, per_task].mean())),
        chance=chance,
        oracle_at_cost=at_cost,
        programs=tuple(_spent(name, tasks, fixed[low], fixed[high]) for name in tasks[0].programs),
        choosers=tuple(_chosen(name, tasks, (low, high), chance, at_cost) for name in tasks[0].signals),
        curves={task.task: task.values.tolist() for task in tasks},
    )


def _ends(fixed: Sequence[Chosen]) -> tuple[int, int]:
    """The best of the cheapest levels and the best of the dearer ones."""
    least = min(one.cost for one in fixed)
    dearer = [place for place, one in enumerate(fixed) if one.cost > least and not np.isclose(one.cost, least)]
    if not dearer:
        raise ValueError("A curve needs two budgets of different cost.")
    cheapest = [place for place in range(len(fixed)) if place not in dearer]
    low, high = (max(places, key=lambda place: fixed[place].value) for places in (cheapest, dearer))
    return low, high


def _chosen(name: str, tasks: Sequence[Measured], ends: tuple[int, int], chance: Chosen, oracle: Chosen) -> Chosen:
    """The half of each task's queries with the greatest signal at the greater budget; a middle one counts half."""
    low, high = ends
    value = float(np.mean([_half(task.values[:, low], task.values[:, high], task.signals[name]) for task in tasks]))
    room = oracle.value - chance.value
    return Chosen(name, value, chance.cost, _share(value - chance.value, room))


def _spent(name: str, tasks: Sequence[Measured], low: Chosen, high: Chosen) -> Chosen:
    """A program that chooses, against chance: as many queries at `high`, at random, as cost what it costs."""
    value, cost = (float(np.mean([task.programs[name][place] for task in tasks])) for place in (0, 1))
    sent = min(max((cost - low.cost) / (high.cost - low.cost), 0.0), 1.0)
    chance = low.value + sent * (high.value - low.value)
    room = _at_cost(tasks, cost).value - chance
    return Chosen(name, value, cost, _share(value - chance, room))


def _share(gain: float, room: float) -> float | None:
    """None where the room is but rounding."""
    return gain / room if room > 1e-9 else None


def _half(low: Values, high: Values, signal: Values) -> float:
    """Mean where half the queries are at `high`; those of equal signal share what is left to them."""
    share = np.zeros(len(signal))
    left = len(signal) / 2
    for one in np.unique(signal)[::-1]:
        equal = signal == one
        share[equal] = min(1.0, left / equal.sum())
        left = max(0.0, left - equal.sum())
    return float((low + share * (high - low)).mean())


def _at_cost(tasks: Sequence[Measured], cost: float) -> Chosen:
    """The greatest mean at a mean cost: steps up each query's upper hull, the steepest first, the last one in part."""
    value = float(np.mean([task.values[:, task.costs == task.costs.min()].max(axis=1).mean() for task in tasks]))
    spent = float(np.mean([task.costs.min() for task in tasks]))
    steps = [
        (rise / run, run / (len(task.values) * len(tasks)), rise / (len(task.values) * len(tasks)))
        for task in tasks
        for query in task.values
        for run, rise in _hull(task.costs, query)
    ]
    for _, run, rise in sorted(steps, reverse=True):
        part = min(1.0, (cost - spent) / run)
        if part <= 0:
            break
        value, spent = value + part * rise, spent + part * run
    return Chosen("oracle at equal cost", value, spent)


def _hull(costs: Values, values: Values) -> list[tuple[float, float]]:
    """Steps (run, rise) up the upper concave hull from the best of the cheapest points, as far as it rises."""
    steps: list[tuple[float, float]] = []
    at = min(range(len(costs)), key=lambda place: (costs[place], -values[place]))
    while True:
        later = [place for place in range(len(costs)) if costs[place] > costs[at] and values[place] > values[at]]
        if not later:
            return steps
        best = max(later, key=lambda place: (values[place] - values[at]) / (costs[place] - costs[at]))
        steps.append((float(costs[best] - costs[at]), float(values[best] - values[at])))
        at = best
