"""What came of a program: its outcome on a task, its evaluation over all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from archive import Costs, Measured, Spent
from harness.encoders.meter import Cost
from harness.evaluation.cost_limit import CostLimit
from harness.evaluation.difference import Scores
from harness.evaluation.footprint import kept_bytes, similarity_seconds, without_own_vectors
from harness.evaluation.objectives import Mean, Objective, TaskResult
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.scoring import Scoring
from harness.programs.view import OVER_BUDGET
from sandbox import Execution
from sandbox.verdicts import Verdict

MEAN = Mean()
TIE = 1e-6
"""Deltas closer to zero than this are ties: below what float32 scores can tell apart."""


@dataclass(frozen=True)
class Outcome:
    """What came of one program on one task; numbers only when the verdict is OK."""

    task: str
    verdict: Verdict
    reason: str
    cost: Cost
    """Asked for by the program, beyond the baseline."""
    execution: Execution
    """Without its scores, which may be large."""
    index_cost: Cost = field(default_factory=Cost)
    """What of the cost the program's `index` asked for, which is called once for a corpus."""
    kept_bytes: int | None = None
    """Of the encoder's vectors of all documents, those that it reads for a query."""
    similarity_s: float | None = None
    """Processor seconds of the MaxSim behind `sim`, where it reads that; None where a text has its one vector."""
    value: float | None = None
    """By the measure that deltas are of, mean over queries."""
    delta: float | None = None
    """`value` less the cosine's."""
    unseen_delta: float | None = None
    """The same on the unseen queries, for nobody who writes programs; None where the task has none."""
    measured: Mapping[str, Measured] = field(default_factory=dict)
    """By every measure of the task, by name."""
    score_hash: str | None = None
    sample: Scores | None = None
    """Scores of the queries that audits ask for again, float32 (at most SAMPLED, N), in the order shown."""
    alone_s: tuple[float, ...] = ()
    """Processor seconds of the program for each query that an audit asked alone, its index not counted."""
    computing_class: str = ""
    """How the machine that ran it computes, where that is otherwise than here; see `harness.machine`."""
    isolation_level: str = ""
    """What confined it, where it ran on another machine."""


@dataclass(frozen=True)
class Evaluation:
    """A program's outcomes, in the order of the run's tasks; `failure` is the first that is not OK."""

    outcomes: tuple[Outcome, ...]
    failure: Outcome | None
    mean_delta: float | None
    """Mean over all tasks; None unless every task ended OK."""
    unseen_delta: float | None = field(default=None, kw_only=True)
    """Mean over the tasks with unseen queries, on those alone."""
    cost_ratio: float | None
    """1 + extra texts / baseline texts, pooled over all tasks; None unless every task ended OK."""
    worth: float | None = None
    """What the search maximises; None unless every task ended OK, none is below the floor, and the cost is within the
    budget."""
    refusal: str = ""
    """Why there is a mean delta and no worth, as one sentence."""
    wins: int = 0
    ties: int = 0
    losses: int = 0
    flags: tuple[str, ...] = ()
    audits: Mapping[str, int] = field(default_factory=dict)
    """Each audit that was made, with the number of tasks it was made on; what is not here was not made."""


def outcome_of(
    source: str, task: PreparedTask, execution: Execution, cost: Cost, index_cost: Cost, scoring: Scoring
) -> Outcome:
    """Turn an execution of a program, whose scores `scoring` has read, into an outcome."""
    spent = Outcome(
        task.name,
        execution.verdict,
        execution.reason,
        without_own_vectors(cost, task),
        execution,
        index_cost=without_own_vectors(index_cost, task),
        kept_bytes=kept_bytes(source, task),
        similarity_s=similarity_seconds(source, task),
    )
    if execution.verdict is not Verdict.OK:
        return spent
    found = scoring.measured()
    value = found[task.measures[0].name].value
    return replace(
        spent,
        value=value,
        delta=value - task.baseline.value,
        unseen_delta=task.unseen_delta(found),
        measured=found,
        score_hash=scoring.hash,
        sample=scoring.sample,
        alone_s=tuple(call.cpu_s for call in execution.calls) if task.inputs.layout.batch == 1 else (),
    )


def summarise(
    outcomes: Sequence[Outcome],
    tasks: Sequence[PreparedTask],
    objective: Objective = MEAN,
    limit: CostLimit | None = None,
) -> Evaluation:
    """Order outcomes as the tasks stand and pool them; a program that fails on one task has no mean.

    One that costs more than `limit` has no worth.
    """
    position = {task.name: place for place, task in enumerate(tasks)}
    failure = next((outcome for outcome in outcomes if outcome.verdict is not Verdict.OK), None)
    ordered = tuple(sorted(outcomes, key=lambda outcome: position[outcome.task]))
    deltas = [outcome.delta for outcome in ordered if outcome.delta is not None]
    if failure is not None or len(deltas) != len(tasks):
        return Evaluation(ordered, failure, None, None)
    extra = sum((outcome.cost for outcome in ordered), Cost())
    baseline = sum((task.cost for task in tasks), Cost())
    beyond = limit.refusal(costs_over(ordered, tasks)) if limit else None
    unseen = [outcome.unseen_delta for outcome in ordered if outcome.unseen_delta is not None]
    results = [_result(outcome, task) for outcome, task in zip(ordered, tasks, strict=True)]
    return Evaluation(
        outcomes=ordered,
        failure=None,
        mean_delta=float(np.mean(deltas)),
        unseen_delta=float(np.mean(unseen)) if unseen else None,
        worth=None if beyond else objective.value(results),
        refusal=beyond or objective.refusal(results) or "",
        flags=(OVER_BUDGET,) if beyond else (),
        cost_ratio=extra.ratio_to(baseline),
        wins=sum(delta > TIE for delta in deltas),
        ties=sum(abs(delta) <= TIE for delta in deltas),
        losses=sum(delta < -TIE for delta in deltas),
    )


def costs_over(outcomes: Sequence[Outcome], tasks: Sequence[PreparedTask]) -> Costs:
    """What a program that ended OK cost over these tasks, which its outcomes follow."""
    spent = (_spent(outcome, task) for outcome, task in zip(outcomes, tasks, strict=True))
    return Costs.of(sum(spent, Spent()), sum((task.cost for task in tasks), Cost()))


def _spent(outcome: Outcome, task: PreparedTask) -> Spent:
    execution = outcome.execution
    return Spent(
        outcome.cost,
        outcome.index_cost,
        execution.cpu_s,
        execution.index.cpu_s if execution.index else 0.0,
        execution.index_bytes,
        outcome.alone_s,
        task.inputs.n_queries,
        task.inputs.n_documents,
        outcome.kept_bytes,
        outcome.similarity_s,
    )


def _result(outcome: Outcome, task: PreparedTask) -> TaskResult:
    seconds = outcome.execution.cpu_s + outcome.cost.seconds
    return TaskResult(task.name, outcome.value or 0.0, task.baseline.value, seconds)
