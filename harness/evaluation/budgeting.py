"""A program run at several budgets on the configured tasks; nothing is recorded."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from archive import Axis
from harness.errors import JobError, UsageError
from harness.evaluation.axes import require_counted
from harness.evaluation.budget import Measured, Study, study
from harness.evaluation.choosers import CHOOSERS, Seen
from harness.evaluation.evaluate import Outcome
from harness.evaluation.given import NOTHING_GIVEN, Given, open_tasks
from harness.evaluation.knob import turned
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.secret import find_secret
from harness.evaluation.watcher import Watcher
from harness.evaluation.workbench import Workbench, open_workbench
from harness.settings import Settings
from sandbox import rules

Number = int | float


def study_budgets(
    source: str,
    knob: str,
    values: Sequence[Number],
    settings: Settings,
    *,
    choosers: Mapping[str, str] = MappingProxyType({}),
    watcher: Watcher | None = None,
    given: Given = NOTHING_GIVEN,
) -> Study:
    """Turn the knob of a program, the top-level constant of that name, and measure it on each query.

    Cost is counted a query as `search.cost` says, what an index asks left out. Raises UsageError for a knob that the
    program lacks, for less than two values, where a static rule is broken or a search would keep to a budget; JobError
    where a run has no result or all budgets cost the same. `choosers` are sources, by name, of programs that decide for
    each query what to spend.
    """
    values = list(dict.fromkeys(values))
    if len(values) < 2:
        raise UsageError("A curve needs two budgets at least; write for example --knob MOST=1,2,4.")
    _check([source, *choosers.values()], settings)
    sources = {value: turned(source, knob, value) for value in values}
    _check(sources.values(), settings)
    if settings.search.cost == "bytes":
        raise UsageError("Bytes are kept of documents and not spent on a query; set search.cost=texts, for example.")
    if settings.search.objective == "budget":
        raise UsageError(
            "search=budget bounds what a search spends, and a study shows every value at its own cost; leave it and "
            "search.budget out."
        )
    watcher = watcher or Watcher()
    tasks = open_tasks(settings, given.tasks, watcher)
    axis = settings.search.cost
    with open_workbench(find_secret(settings), tasks, watcher=watcher, given=given) as bench:
        require_counted(axis, bench.tasks)
        found = {
            value: _outcomes(text, f"{knob}={value}", f"With {knob}={value} the program", bench, watcher)
            for value, text in sources.items()
        }
        own = {name: _outcomes(text, name, f"The chooser {name}", bench, watcher) for name, text in choosers.items()}
        order = sorted(
            values, key=lambda value: sum(_cost(found[value][task.name], task, axis) for task in bench.tasks)
        )
        costs = {value: [_cost(found[value][task.name], task, axis) for task in bench.tasks] for value in order}
        if np.isclose(np.mean(costs[order[0]]), np.mean(costs[order[-1]])):
            raise JobError(
                f"Every value of {knob} costs the same in {axis}; set search.cost=latency, or turn another knob."
            )
        watcher.doing("choosing without labels")
        measured = [
            Measured(
                task.name,
                np.stack([_per_query(found[value][task.name], task) for value in order], axis=1),
                np.array([costs[value][place] for value in order]),
                _signals(sources[order[0]], task, bench),
                {name: _spent(one[task.name], task, axis) for name, one in own.items()},
            )
            for place, task in enumerate(bench.tasks)
        ]
        measure = bench.goal.measures[0].name
    return study(measured, [f"{knob}={value}" for value in order], knob=knob, measure=measure, axis=axis)


def _check(sources: Iterable[str], settings: Settings) -> None:
    for source in sources:
        violations = rules.check(source, allow_primitives=settings.program.primitives)
        if violations:
            raise UsageError(f"The program breaks a static rule: {violations[0].code}, {violations[0].message}")


def _outcomes(source: str, name: str, subject: str, bench: Workbench, watcher: Watcher) -> dict[str, Outcome]:
    """By task. Raises JobError, which begins with `subject`, where there is none."""
    watcher.doing(f"running {name}")
    evaluation = bench.evaluator.evaluate(source)
    if evaluation.failure is not None:
        raise JobError(f"{subject} has no result on {evaluation.failure.task}: {evaluation.failure.reason}")
    return {outcome.task: outcome for outcome in evaluation.outcomes}


def _per_query(outcome: Outcome, task: PreparedTask) -> np.ndarray:
    return outcome.measured[task.measures[0].name].per_query.astype(np.float64)


def _spent(outcome: Outcome, task: PreparedTask, axis: Axis | str) -> tuple[float, float]:
    """The measure, and the cost of a query."""
    return float(_per_query(outcome, task).mean()), _cost(outcome, task, axis)


def _cost(outcome: Outcome, task: PreparedTask, axis: Axis | str) -> float:
    """Of one query, on this axis: in texts, tokens, vectors, encoder seconds, or milliseconds."""
    n_queries = task.inputs.n_queries
    if axis in ("latency", "scoring"):
        index_s = outcome.execution.index.cpu_s if outcome.execution.index else 0.0
        encoder_s = outcome.cost.seconds - outcome.index_cost.seconds if axis == "latency" else 0.0
        return 1000 * (outcome.execution.cpu_s - index_s + encoder_s + (outcome.similarity_s or 0.0)) / n_queries
    return float(getattr(outcome.cost, axis) - getattr(outcome.index_cost, axis)) / n_queries


def _signals(source: str, task: PreparedTask, bench: Workbench) -> dict[str, np.ndarray]:
    """Of each chooser, in the task's own order of queries."""
    order = task.order
    scores = bench.auditor.scores(source, task, np.arange(task.inputs.n_queries))
    if scores is None:
        raise JobError(f"Asked again on task {task.name} the program has no result; it may not be deterministic.")
    q_texts, d_texts = list(task.task.queries.values()), list(task.task.documents.values())
    seen = Seen(
        scores,
        [q_texts[place] for place in order.queries.tolist()],
        [d_texts[place] for place in order.documents.tolist()],
    )
    return {name: order.restore(choose(seen)) for name, choose in CHOOSERS.items()}
