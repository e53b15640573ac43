"""A program run at several budgets on the configured tasks; nothing is recorded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from archive import Axis
from harness.errors import JobError, UsageError
from harness.evaluation.axes import require_counted
from harness.evaluation.budget import Measured, Study, study
from harness.evaluation.choosers import CHOOSERS, Seen
from harness.evaluation.evaluate import Outcome
from harness.evaluation.given import NOTHING_GIVEN, Given, open_tasks
from harness.evaluation.levels import Number, is_setting, levels_of
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.secret import find_secret
from harness.evaluation.watcher import Watcher
from harness.evaluation.workbench import Workbench, open_workbench
from harness.settings import Settings
from harness.tasks.task import RetrievalTask
from sandbox import rules

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Spent:
    """A program's measure of each query, (Q,) by task in the task's own order, and the cost of a query there."""

    name: str
    values: Mapping[str, Values]
    costs: Mapping[str, float]

    @property
    def cost(self) -> float:
        """Mean over tasks."""
        return float(np.mean(list(self.costs.values())))


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
    """Turn a knob, a program's top-level constant of that name or a number among the settings, and measure each query.

    A setting is of the encoder, `encoder.options.vectors` for example, or `tasks.depth`. Cost is counted a query as
    `search.cost` says, what an index asks left out, and for a setting with the query's own encoding, but in `scoring`,
    which is what comes after it; its time is that of its first encoding. `choosers` are sources, by name, of programs
    that decide for each query what to spend; with a knob of the program only.
    Raises UsageError for a knob that there is not, for less than two values, where a static rule is broken or a search
    would keep to a budget; JobError where a run has no result or all budgets cost the same.
    """
    _check_asked(knob, values, settings, choosers)
    settings = find_secret(settings)
    _check_rules([source, *choosers.values()], settings)
    levels = levels_of(source, knob, sorted(set(values)), settings)
    _check_rules([level.source for level in levels], settings)
    watcher, axis = watcher or Watcher(), settings.search.cost
    spent: list[Spent] = []
    own: list[Spent] = []
    signals: dict[str, dict[str, Values]] = {}
    measure = ""
    tasks: list[RetrievalTask] = []
    for same in [[level] for level in levels] if is_setting(knob) else [levels]:
        if not tasks or knob.startswith("tasks."):
            tasks = open_tasks(same[0].settings, given.tasks, watcher)
        with open_workbench(same[0].settings, tasks, watcher=watcher, given=given) as bench:
            require_counted(axis, bench.tasks)
            measure = bench.goal.measures[0].name
            for level in same:
                one = _spent(level.source, level.name, f"With {level.name} the program", bench, watcher)
                if is_setting(knob):
                    one = _with_own(one, bench.tasks, axis)
                if all(one.cost < other.cost for other in spent):
                    watcher.doing("choosing without labels")
                    signals = {task.name: _signals(level.source, task, bench) for task in bench.tasks}
                spent.append(one)
            own = [_spent(text, name, f"The chooser {name}", bench, watcher) for name, text in choosers.items()]
    spent.sort(key=lambda one: one.cost)
    if np.isclose(spent[0].cost, spent[-1].cost):
        raise JobError(f"Every value of {knob} costs the same in {axis}; set {_another(knob)}, or turn another knob.")
    measured = [_measured(task, spent, own, signals[task]) for task in signals]
    return study(measured, [one.name for one in spent], knob=knob, measure=measure, axis=axis)


def _check_asked(knob: str, values: Sequence[Number], settings: Settings, choosers: Mapping[str, str]) -> None:
    if len(set(values)) < 2:
        raise UsageError("A curve needs two budgets at least; write for example --knob MOST=1,2,4.")
    if settings.search.cost == "bytes":
        raise UsageError("Bytes are kept of documents and not spent on a query; set search.cost=texts, for example.")
    if settings.search.objective == "budget":
        raise UsageError(
            "search=budget bounds what a search spends, and a study shows every value at its own cost; leave it and "
            "search.budget out."
        )
    if choosers and is_setting(knob):
        raise UsageError(f"A program cannot choose {knob} for a query; leave --chooser out, or turn a constant of it.")


def _another(knob: str) -> str:
    many = "scoring (of many vectors a text) or " if is_setting(knob) else ""
    return f"search.cost={many}latency"


def _measured(task: str, spent: Sequence[Spent], own: Sequence[Spent], signals: Mapping[str, Values]) -> Measured:
    return Measured(
        task,
        np.stack([one.values[task] for one in spent], axis=1),
        np.array([one.costs[task] for one in spent]),
        signals,
        {one.name: (float(one.values[task].mean()), one.costs[task]) for one in own},
    )


def _check_rules(sources: Iterable[str], settings: Settings) -> None:
    for source in sources:
        violations = rules.check(source, allow_primitives=settings.program.primitives)
        if violations:
            raise UsageError(f"The program breaks a static rule: {violations[0].code}, {violations[0].message}")


def _spent(source: str, name: str, subject: str, bench: Workbench, watcher: Watcher) -> Spent:
    """Run a program. Raises JobError, which begins with `subject`, where it has no result."""
    watcher.doing(f"running {name}")
    evaluation = bench.evaluator.evaluate(source)
    if evaluation.failure is not None:
        raise JobError(f"{subject} has no result on {evaluation.failure.task}: {evaluation.failure.reason}")
    found = {outcome.task: outcome for outcome in evaluation.outcomes}
    values = {
        task.name: found[task.name].measured[task.measures[0].name].per_query.astype(np.float64) for task in bench.tasks
    }
    axis = bench.settings.search.cost
    return Spent(name, values, {task.name: _cost(found[task.name], task, axis) for task in bench.tasks})


def _with_own(one: Spent, tasks: Iterable[PreparedTask], axis: Axis | str) -> Spent:
    """The same with what encoding the query costs, which differs where the encoder does."""
    if axis == "scoring":
        return one
    unit, times = ("seconds", 1000.0) if axis == "latency" else (axis, 1.0)
    own = {task.name: times * (getattr(task.query_cost, unit) or 0) / task.inputs.n_queries for task in tasks}
    return replace(one, costs={task: cost + own[task] for task, cost in one.costs.items()})


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
