"""The frontier of a run as it is shown: what each program costs on every axis, and what it gains on a cheaper one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from archive import Costs, Program, Run, RunRecord, costs_of
from harness.transfer.intervals import Interval, mean_interval, query_interval
from harness.transfer.significance import paired
from harness.transfer.statistics import CellDelta, summarise


@dataclass(frozen=True)
class Priced:
    """A program with its costs."""

    program: Program
    costs: Costs

    @property
    def flags(self) -> list[str]:
        """What to be wary of: what audits found, and `long_texts`, which follows from the costs."""
        return [*self.program.record.flags, *self.costs.flags]


@dataclass(frozen=True)
class Step:
    """What a program gains on another one, query by query on the run's own tasks."""

    over: str
    """Id of the other program."""
    gain: float
    """Mean over tasks of its delta less the other's."""
    tasks: Interval | None
    """Of the gain, where other tasks might have been drawn; None for fewer than six."""
    queries: Interval | None
    """Of the gain, where other queries of these tasks might have been drawn; None for fewer than twenty."""


@dataclass(frozen=True)
class Point(Priced):
    """A program of a frontier."""

    step: Step | None
    """From the next cheaper one; None for the cheapest."""


def price_all(programs: Sequence[Program], run: Run) -> list[Priced]:
    """Programs of a run with their costs."""
    return [Priced(program, costs_of(program.record, run.record)) for program in programs]


def frontier_points(front: Sequence[Program], run: Run) -> list[Point]:
    """The programs of a frontier, cheapest first, each with its step from the one before it."""
    cells = [run_cells(program, run.record) for program in front]
    steps = [None, *(_step(better, cheaper) for cheaper, better in pairwise(cells))]
    return [
        Point(program, costs_of(program.record, run.record), step) for program, step in zip(front, steps, strict=False)
    ]


def sure_frontier(front: Sequence[Program], run: Run) -> list[Program]:
    """Those of a frontier, cheapest first, that are better than every cheaper one kept, beyond noise.

    The cheapest is kept. Beyond noise is a gain whose 95 % interval is above zero: over tasks, or where these are fewer
    than six over their queries. Each is at the level of one comparison, and of programs chosen on these tasks.
    """
    kept: list[tuple[Program, list[CellDelta]]] = []
    for program in front:
        cells = run_cells(program, run.record)
        if all(_beats(cells, cheaper) for _, cheaper in kept):
            kept.append((program, cells))
    return [program for program, _ in kept]


def _beats(cells: Sequence[CellDelta], cheaper: Sequence[CellDelta]) -> bool:
    gains = paired(cells, cheaper)
    interval = (mean_interval(gains) or query_interval(gains)) if gains else None
    return interval is not None and interval.low > 0


def _step(cells: Sequence[CellDelta], cheaper: Sequence[CellDelta]) -> Step | None:
    gains = paired(cells, cheaper)
    if not gains:
        return None
    return Step(cheaper[0].program, summarise(gains).mean, mean_interval(gains), query_interval(gains))


def run_cells(program: Program, run: RunRecord, measure: str = "") -> list[CellDelta]:
    """A program's deltas on the tasks that its numbers stand on, by a recorded measure, by default the run's."""
    measure = measure or run.measure
    outcomes = {outcome.task: outcome for outcome in program.record.outcomes}
    encoder, cells = str(run.encoder["name"]), []
    for task in run.tasks:
        outcome = outcomes.get(task.name)
        found, cosine = outcome and outcome.by_measure.get(measure), task.by_measure.get(measure)
        if task.split != "search" or outcome is None or outcome.delta is None or not found or not cosine:
            continue
        per_query = found.per_query.astype(np.float64) - cosine.per_query
        searched = np.delete(per_query, task.unseen)
        delta = outcome.delta if measure == run.measure else float(searched.mean())
        cells.append(CellDelta(program.id, encoder, task.name, task.domain, delta, searched))
    return cells
