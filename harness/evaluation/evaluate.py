"""One program on tasks: sandboxed execution, metered encoding, nDCG@10 and cost."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from harness.encoders.cached import CachedEncoder
from harness.encoders.meter import Cost
from harness.encoders.protocol import DOCUMENT, QUERY
from harness.evaluation.metrics import Ndcg
from harness.tasks.task import RetrievalTask
from primitives import cosines
from sandbox import Execution, Limits, TaskInputs
from sandbox.verdicts import Verdict

TIE = 1e-6
"""Deltas closer to zero than this are ties: below what float32 scores can tell apart."""


@dataclass(frozen=True)
class PreparedTask:
    """A task encoded once by one encoder: what every program of a run starts from."""

    task: RetrievalTask
    metric: Ndcg
    inputs: TaskInputs
    limits: Limits
    baseline: NDArray[np.float64]
    """Cosine nDCG@10 per query, float64 (Q,)."""
    cost: Cost
    """Of encoding every query and every document once."""

    @property
    def name(self) -> str:
        return self.task.name

    @property
    def baseline_ndcg(self) -> float:
        return float(self.baseline.mean())


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
    ndcg: float | None = None
    delta: float | None = None
    per_query: NDArray[np.float32] | None = None
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
    wins: int = 0
    ties: int = 0
    losses: int = 0
    flags: tuple[str, ...] = field(default=())


def prepare(task: RetrievalTask, encoder: CachedEncoder) -> PreparedTask:
    """Encode a task's queries and documents and score it by cosine. Close `inputs` when done."""
    query_texts, document_texts = list(task.queries.values()), list(task.documents.values())
    queries = encoder.embed(query_texts, QUERY)
    documents = encoder.embed(document_texts, DOCUMENT)
    similarity = cosines(queries.vectors, documents.vectors)
    metric = Ndcg(task.qrels, list(task.queries), list(task.documents), ignore_identical_ids=task.ignore_identical_ids)
    inputs = TaskInputs.create(queries.vectors, documents.vectors, similarity, query_texts, document_texts)
    return PreparedTask(
        task=task,
        metric=metric,
        inputs=inputs,
        limits=Limits.for_inputs(inputs),
        baseline=metric.per_query(similarity),
        cost=Cost(
            texts=len(query_texts) + len(document_texts),
            tokens=queries.tokens + documents.tokens,
            seconds=queries.seconds + documents.seconds,
        ),
    )


@contextmanager
def prepared(
    tasks: Sequence[RetrievalTask],
    encoder: CachedEncoder,
    *,
    on_task: Callable[[PreparedTask], None] = lambda task: None,
) -> Iterator[list[PreparedTask]]:
    """Prepare tasks one after another, tell `on_task` of each, and free their shared memory at the end."""
    with ExitStack() as stack:
        ready = []
        for task in tasks:
            ready.append(prepare(task, encoder))
            stack.callback(ready[-1].inputs.close)
            on_task(ready[-1])
        yield ready


def score(task: PreparedTask, execution: Execution, cost: Cost) -> Outcome:
    """Turn an execution into an outcome: nDCG@10 against the labels, which only this side knows."""
    if execution.scores is None:
        return Outcome(task.name, execution.verdict, execution.reason, cost, execution)
    per_query = task.metric.per_query(execution.scores)
    ndcg = float(per_query.mean())
    return Outcome(
        task=task.name,
        verdict=execution.verdict,
        reason=execution.reason,
        cost=cost,
        execution=replace(execution, scores=None),
        ndcg=ndcg,
        delta=ndcg - task.baseline_ndcg,
        per_query=per_query.astype(np.float32),
        score_hash=hashlib.blake2b(execution.scores.tobytes(), digest_size=16).hexdigest(),
    )


def summarise(outcomes: Sequence[Outcome], tasks: Sequence[PreparedTask]) -> Evaluation:
    """Order outcomes as the tasks stand and pool them; a program that fails on one task has no mean."""
    position = {task.name: place for place, task in enumerate(tasks)}
    failure = next((outcome for outcome in outcomes if outcome.verdict is not Verdict.OK), None)
    ordered = tuple(sorted(outcomes, key=lambda outcome: position[outcome.task]))
    deltas = [outcome.delta for outcome in ordered if outcome.delta is not None]
    if failure is not None or len(deltas) != len(tasks):
        return Evaluation(ordered, failure, None, None)
    extra = sum(outcome.cost.texts for outcome in ordered)
    base = sum(task.cost.texts for task in tasks)
    return Evaluation(
        outcomes=ordered,
        failure=None,
        mean_delta=float(np.mean(deltas)),
        cost_ratio=1 + extra / base,
        wins=sum(delta > TIE for delta in deltas),
        ties=sum(abs(delta) <= TIE for delta in deltas),
        losses=sum(delta < -TIE for delta in deltas),
        flags=tuple(sorted({flag for outcome in ordered for flag in outcome.flags})),
    )
