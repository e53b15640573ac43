"""One program on the configured tasks, outside any run: nothing is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive import NDCG_AT_10, Cost, Costs, Measured
from harness.evaluation.auditing import audit_closely, evaluate_audited
from harness.evaluation.evaluate import Evaluation, costs_over
from harness.evaluation.given import NOTHING_GIVEN, Given, open_tasks
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.secret import find_secret
from harness.evaluation.watcher import Watcher
from harness.evaluation.workbench import open_workbench
from harness.settings import Settings
from harness.tasks.task import RetrievalTask


@dataclass(frozen=True)
class Single:
    """An evaluation, the tasks it was made on, and the cosine on each by its name."""

    evaluation: Evaluation
    tasks: tuple[RetrievalTask, ...]
    cosine: Mapping[str, Mapping[str, Measured]]
    """By task, then by measure."""
    measure: str
    """What deltas are of."""
    costs: Costs
    """On every axis; empty unless every task ended OK."""


def evaluate_source(
    source: str, settings: Settings, *, watcher: Watcher | None = None, given: Given = NOTHING_GIVEN
) -> Single:
    """Evaluate a program that breaks no static rule on the tasks of the settings."""
    watcher = watcher or Watcher()
    tasks = open_tasks(settings, given.tasks, watcher)
    with open_workbench(find_secret(settings), tasks, watcher=watcher, given=given) as bench:
        watcher.doing("running the program")
        evaluation = evaluate_audited(source, bench, on_outcome=watcher.outcome)
        if evaluation.failure is None:
            evaluation, _ = audit_closely(evaluation, None, source, bench)
        cosine = {task.name: task.cosine for task in bench.tasks}
        return Single(
            evaluation, tuple(tasks), cosine, bench.goal.measures[0].name, evaluation_costs(evaluation, bench.tasks)
        )


def evaluation_costs(evaluation: Evaluation, tasks: Sequence[PreparedTask]) -> Costs:
    """What a program cost over these tasks; empty unless it ended OK on each."""
    if evaluation.mean_delta is None:
        return Costs()
    return costs_over(evaluation.outcomes, tasks)


def single_view(single: Single) -> dict[str, object]:
    """An evaluation as a JSON-ready mapping."""
    evaluation = single.evaluation
    extra = sum((outcome.cost for outcome in evaluation.outcomes), Cost())
    return {
        "measure": single.measure,
        "worth": evaluation.worth,
        "mean_delta": evaluation.mean_delta,
        "cost_ratio": evaluation.cost_ratio,
        "costs": vars(single.costs),
        "wins": evaluation.wins,
        "ties": evaluation.ties,
        "losses": evaluation.losses,
        "tasks": len(single.cosine),
        "extra": vars(extra),
        "flags": [*evaluation.flags, *single.costs.flags],
        "audits": dict(evaluation.audits),
        "outcomes": [
            {
                "task": outcome.task,
                "verdict": outcome.verdict.value,
                "reason": outcome.reason,
                "baseline_ndcg": single.cosine[outcome.task][NDCG_AT_10].value,
                "ndcg": _values(outcome.measured).get(NDCG_AT_10),
                "cosine": _values(single.cosine[outcome.task]),
                "measured": _values(outcome.measured),
                "delta": outcome.delta,
                "texts": outcome.cost.texts,
                "tokens": outcome.cost.tokens,
                "encoder_seconds": outcome.cost.seconds,
                "cpu_s": outcome.execution.cpu_s,
                "index_texts": outcome.index_cost.texts,
                "index_cpu_s": outcome.execution.index.cpu_s if outcome.execution.index else 0.0,
                "index_bytes": outcome.execution.index_bytes,
                "alone_s": list(outcome.alone_s),
                "vectors": outcome.cost.vectors,
                "kept_bytes": outcome.kept_bytes,
                "similarity_s": outcome.similarity_s,
            }
            for outcome in evaluation.outcomes
        ],
    }


def _values(measured: Mapping[str, Measured]) -> dict[str, float]:
    return {name: found.value for name, found in measured.items()}
