"""What was measured of a program, in the archive: cells, costs, and intervals over them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from archive import Archive, HeldOut, OutcomeRecord, Overlap, Program, Run, Searched, TaskRecord, baseline_of
from archive.costs import Cost, Costs, Spent
from harness.programs.fingerprint import code_hash
from harness.transfer.intervals import Interval, mean_interval, query_interval
from harness.transfer.statistics import CellDelta


@dataclass(frozen=True)
class Measured:
    """One measured cell."""

    task: str
    encoder: str
    n_queries: int
    baseline_ndcg: float
    ndcg: float
    delta: float
    held_out: bool
    shared: str = ""
    """What a held-out cell shares with the search, where it is something."""
    per_query: NDArray[np.float64] = field(default_factory=lambda: np.empty(0), repr=False, compare=False)
    """Delta of each query that counts, float64 (n_queries,)."""


@dataclass(frozen=True)
class Recorded:
    """A program's cells of `ttc transfer`, its costs over the held-out ones, and what was found against it there."""

    cells: tuple[Measured, ...] = ()
    costs: Costs = field(default_factory=Costs)
    findings: frozenset[str] = frozenset()
    """Flags and verdicts of all its cells, those without a result among them."""


def searched_cells(program: Program, run: Run) -> list[Measured]:
    """A program's outcomes on the tasks of its run."""
    tasks = {task.name: task for task in run.record.tasks}
    encoder = str(run.record.encoder["name"])
    return [
        _measured(outcome, tasks[outcome.task], encoder, held_out=False)
        for outcome in program.record.outcomes
        if outcome.delta is not None
    ]


def joined(searched: Sequence[Measured], elsewhere: Sequence[Measured]) -> tuple[Measured, ...]:
    """A search's outcomes, then what was measured elsewhere; a search's task that was measured again stands once."""
    own = {(cell.task, cell.encoder) for cell in searched}
    return (*searched, *(cell for cell in elsewhere if cell.held_out or (cell.task, cell.encoder) not in own))


def recorded_cells(archive: Archive, source: str, searched: Searched) -> Recorded:
    """A program's cells, latest attempt of each; those on `searched` tasks are not held out."""
    held_out = HeldOut(archive)
    own = code_hash(source)
    names = held_out.encoders()
    tasks = {encoder: {task.fingerprint: task for task in held_out.tasks(encoder)} for encoder in names}
    known = {encoder: held_out.known(encoder) for encoder in names}
    cells, findings, counted = [], set[str](), []
    for (code, encoder, fingerprint), cell in held_out.latest().items():
        outcome = cell.record.outcome
        if code != own:
            continue
        findings |= {*outcome.flags, outcome.verdict}
        if outcome.delta is None:
            continue
        task = tasks[encoder][fingerprint]
        overlap = searched.overlap(known[encoder][fingerprint])
        cells.append(_measured(outcome, task, names[encoder], held_out=not overlap.seen, shared=_shared(overlap)))
        if not overlap.seen:
            counted.append((outcome, task))
    return Recorded(tuple(cells), _costs(counted), frozenset(findings))


def intervals(cells: Sequence[Measured]) -> tuple[Interval, ...]:
    """95 % intervals of the mean delta: over tasks where there are six, over the queries of these tasks where 20."""
    deltas = [CellDelta("", cell.encoder, cell.task, "", cell.delta, cell.per_query) for cell in cells]
    return tuple(found for found in (mean_interval(deltas), query_interval(deltas)) if found is not None)


def _costs(counted: Sequence[tuple[OutcomeRecord, TaskRecord]]) -> Costs:
    if not counted:
        return Costs()
    spent = sum((Spent.by(outcome, task.n_queries, task.n_documents) for outcome, task in counted), Spent())
    return Costs.of(spent, sum((baseline_of(task) for _, task in counted), Cost()))


def _shared(overlap: Overlap) -> str:
    if overlap.partial:
        return f"shares {overlap} with the search"
    return "" if overlap.by_content else "known to be held out by its name alone"


def _measured(outcome: OutcomeRecord, task: TaskRecord, encoder: str, *, held_out: bool, shared: str = "") -> Measured:
    assert outcome.ndcg is not None and outcome.per_query is not None
    # The outcome's own delta may be of another measure.
    delta = outcome.ndcg - task.baseline_ndcg
    per_query = np.delete(outcome.per_query.astype(np.float64) - task.baseline_per_query, task.unseen)
    return Measured(
        task.name,
        encoder,
        task.n_queries - len(task.unseen),
        task.baseline_ndcg,
        outcome.ndcg,
        delta,
        held_out,
        shared,
        per_query,
    )
