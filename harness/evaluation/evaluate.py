"""One program on tasks: sandboxed execution, metered encoding, measures and cost."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from archive import Measured
from harness.encoders.cached import CachedEncoder
from harness.encoders.meter import Cost
from harness.encoders.protocol import DOCUMENT, QUERY
from harness.evaluation.measures import NDCG_AT_10, Judgments, Measure, measure_together
from harness.evaluation.objectives import Mean, Objective, TaskResult
from harness.tasks.task import RetrievalTask
from sandbox import Execution, Limits, TaskInputs
from sandbox.verdicts import Verdict

MEAN = Mean()
TIE = 1e-6
"""Deltas closer to zero than this are ties: below what float32 scores can tell apart."""


@dataclass(frozen=True)
class PreparedTask:
    """A task encoded once by one encoder: what every program of a run starts from."""

    task: RetrievalTask
    judgments: Judgments
    measures: tuple[Measure, ...]
    """The one that deltas are of, then the others that are recorded."""
    inputs: TaskInputs
    limits: Limits
    cosine: Mapping[str, Measured]
    """By every measure, by name."""
    cost: Cost
    """Of encoding every query and every document once."""

    @property
    def name(self) -> str:
        return self.task.name

    @property
    def baseline(self) -> Measured:
        """Cosine by the measure that deltas are of."""
        return self.cosine[self.measures[0].name]


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
    value: float | None = None
    """By the measure that deltas are of, mean over queries."""
    delta: float | None = None
    """`value` less the cosine's."""
    measured: Mapping[str, Measured] = field(default_factory=dict)
    """By every measure of the task, by name."""
    score_hash: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """A program's outcomes, in the order of the run's tasks; `failure` is the first that is not OK."""

    outcomes: tuple[Outcome, ...]
    failure: Outcome | None
    mean_delta: float | None
    """Mean over all tasks; None unless every task ended OK."""
    cost_ratio: float | None
    """1 + extra texts / baseline texts, pooled over all tasks; None unless every task ended OK."""
    worth: float | None = None
    """What the search maximises; None unless every task ended OK and none is below the floor."""
    refusal: str = ""
    """Why there is a mean delta and no worth, as one sentence."""
    wins: int = 0
    ties: int = 0
    losses: int = 0
    flags: tuple[str, ...] = field(default=())


def prepare(task: RetrievalTask, encoder: CachedEncoder, measures: Sequence[Measure] = (NDCG_AT_10,)) -> PreparedTask:
    """Encode a task's queries and documents and score it by cosine. Close `inputs` when done."""
    query_texts, document_texts = list(task.queries.values()), list(task.documents.values())
    queries = encoder.embed(query_texts, QUERY)
    documents = encoder.embed(document_texts, DOCUMENT)
    similarity = queries.vectors @ documents.vectors.T
    judgments = judgments_of(task)
    inputs = TaskInputs.create(queries.vectors, documents.vectors, similarity, query_texts, document_texts)
    return PreparedTask(
        task=task,
        judgments=judgments,
        measures=tuple(measures),
        inputs=inputs,
        limits=Limits.for_inputs(inputs),
        cosine=measure(similarity, judgments, measures),
        cost=Cost(
            texts=len(query_texts) + len(document_texts),
            tokens=queries.tokens + documents.tokens,
            seconds=queries.seconds + documents.seconds,
        ),
    )


def judgments_of(task: RetrievalTask) -> Judgments:
    """A task's judgments, ready to measure matrices whose rows and columns stand as the task's texts do."""
    return Judgments(
        task.qrels, list(task.queries), list(task.documents), ignore_identical_ids=task.ignore_identical_ids
    )


def measure(scores: NDArray[np.floating], judgments: Judgments, measures: Sequence[Measure]) -> dict[str, Measured]:
    """A (Q, N) matrix by every measure: the mean before the values per query are rounded to float32."""
    return {
        name: Measured(float(per_query.mean()), per_query.astype(np.float32))
        for name, per_query in measure_together(scores, judgments, measures).items()
    }


@contextmanager
def prepared(
    tasks: Sequence[RetrievalTask],
    encoder: CachedEncoder,
    measures: Sequence[Measure] = (NDCG_AT_10,),
    *,
    on_task: Callable[[PreparedTask], None] = lambda task: None,
) -> Iterator[list[PreparedTask]]:
    """Prepare tasks one after another, tell `on_task` of each, and free their shared memory at the end."""
    with ExitStack() as stack:
        ready = []
        for task in tasks:
            ready.append(prepare(task, encoder, measures))
            stack.callback(ready[-1].inputs.close)
            on_task(ready[-1])
        yield ready


def score(task: PreparedTask, execution: Execution, cost: Cost) -> Outcome:
    """Turn an execution into an outcome: its measures against the labels, which only this side knows."""
    if execution.scores is None:
        return Outcome(task.name, execution.verdict, execution.reason, cost, execution)
    found = measure(execution.scores, task.judgments, task.measures)
    value = found[task.measures[0].name].value
    return Outcome(
        task=task.name,
        verdict=execution.verdict,
        reason=execution.reason,
        cost=cost,
        execution=replace(execution, scores=None),
        value=value,
        delta=value - task.baseline.value,
        measured=found,
        score_hash=hashlib.blake2b(execution.scores.tobytes(), digest_size=16).hexdigest(),
    )


def summarise(outcomes: Sequence[Outcome], tasks: Sequence[PreparedTask], objective: Objective = MEAN) -> Evaluation:
    """Order outcomes as the tasks stand and pool them; a program that fails on one task has no mean."""
    position = {task.name: place for place, task in enumerate(tasks)}
    failure = next((outcome for outcome in outcomes if outcome.verdict is not Verdict.OK), None)
    ordered = tuple(sorted(outcomes, key=lambda outcome: position[outcome.task]))
    deltas = [outcome.delta for outcome in ordered if outcome.delta is not None]
    if failure is not None or len(deltas) != len(tasks):
        return Evaluation(ordered, failure, None, None)
    extra = sum(outcome.cost.texts for outcome in ordered)
    base = sum(task.cost.texts for task in tasks)
    results = [_result(outcome, task) for outcome, task in zip(ordered, tasks, strict=True)]
    return Evaluation(
        outcomes=ordered,
        failure=None,
        mean_delta=float(np.mean(deltas)),
        worth=objective.value(results),
        refusal=objective.refusal(results) or "",
        cost_ratio=1 + extra / base,
        wins=sum(delta > TIE for delta in deltas),
        ties=sum(abs(delta) <= TIE for delta in deltas),
        losses=sum(delta < -TIE for delta in deltas),
        flags=tuple(sorted({flag for outcome in ordered for flag in outcome.flags})),
    )


def _result(outcome: Outcome, task: PreparedTask) -> TaskResult:
    seconds = outcome.execution.cpu_s + outcome.cost.seconds
    return TaskResult(task.name, outcome.value or 0.0, task.baseline.value, seconds)
