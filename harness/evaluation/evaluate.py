"""One program on tasks: sandboxed execution, metered encoding, nDCG@10 and cost."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from harness.encoders.cached import CachedEncoder
from harness.encoders.meter import Cost
from harness.encoders.protocol import DOCUMENT, QUERY
from harness.evaluation.difference import Scores, hash_of
from harness.evaluation.metrics import Ndcg
from harness.evaluation.secret import NO_SECRET, Order, Secret
from harness.tasks.task import RetrievalTask
from sandbox import Execution, Limits, TaskInputs
from sandbox.verdicts import Verdict

_log = logging.getLogger(__name__)

TIE = 1e-6
"""Deltas closer to zero than this are ties: below what float32 scores can tell apart."""
SAMPLED = 2
"""Queries of each task whose scores are kept, to be asked for again by an audit."""


@dataclass(frozen=True)
class PreparedTask:
    """A task encoded once by one encoder: what every program of a run starts from."""

    task: RetrievalTask
    metric: Ndcg
    """Of a score matrix in the order shown."""
    inputs: TaskInputs
    """In the order shown."""
    limits: Limits
    baseline: NDArray[np.float64]
    """Cosine nDCG@10 per query, float64 (Q,), in the task's own order."""
    cost: Cost
    """Of encoding every query and every document once."""
    secret: Secret
    order: Order
    """In which programs see the task; what is recorded follows the task's own order."""

    @property
    def name(self) -> str:
        return self.task.name

    @property
    def ids(self) -> tuple[list[str], list[str]]:
        """Ids of queries and of documents in the order shown."""
        return _shown(list(self.task.queries), self.order.queries), _shown(
            list(self.task.documents), self.order.documents
        )

    def per_query(self, scores: Scores) -> NDArray[np.float64]:
        """nDCG@10 per query, float64 (Q,) in the task's own order, of a score matrix in the order shown."""
        return self.order.restore(self.metric.per_query(scores))

    def sampled(self, source: str) -> NDArray[np.int64]:
        """Places of the queries that an audit of this program asks for again, drawn from the secret."""
        n_queries = self.inputs.n_queries
        generator = self.secret.generator(self.task.fingerprint, source, "sampled")
        return np.sort(generator.choice(n_queries, min(SAMPLED, n_queries), replace=False))

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
    sample: Scores | None = None
    """Scores of the queries that audits ask for again, float32 (at most SAMPLED, N), in the order shown."""


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
    flags: tuple[str, ...] = ()
    audits: Mapping[str, int] = field(default_factory=dict)
    """Each audit that was made, with the number of tasks it was made on; what is not here was not made."""


def prepare(task: RetrievalTask, encoder: CachedEncoder, secret: Secret = NO_SECRET) -> PreparedTask:
    """Encode a task's queries and documents, score it by cosine, and order it by the secret. Close `inputs` when done.

    The matrix of cosines is computed in the task's own order, so that no bit of it depends on the secret.
    """
    query_texts, document_texts = list(task.queries.values()), list(task.documents.values())
    queries = encoder.embed(query_texts, QUERY)
    documents = encoder.embed(document_texts, DOCUMENT)
    order = secret.order(task)
    similarity = (queries.vectors @ documents.vectors.T)[np.ix_(order.queries, order.documents)]
    metric = Ndcg(
        task.qrels,
        _shown(list(task.queries), order.queries),
        _shown(list(task.documents), order.documents),
        ignore_identical_ids=task.ignore_identical_ids,
    )
    inputs = TaskInputs.create(
        queries.vectors[order.queries],
        documents.vectors[order.documents],
        similarity,
        _shown(query_texts, order.queries),
        _shown(document_texts, order.documents),
    )
    return PreparedTask(
        task=task,
        secret=secret,
        order=order,
        metric=metric,
        inputs=inputs,
        limits=Limits.for_inputs(inputs),
        baseline=order.restore(metric.per_query(similarity)),
        cost=Cost(
            texts=len(query_texts) + len(document_texts),
            tokens=queries.tokens + documents.tokens,
            seconds=queries.seconds + documents.seconds,
        ),
    )


@contextmanager
def prepare_all(
    tasks: Sequence[RetrievalTask],
    encoder: CachedEncoder,
    secret: Secret = NO_SECRET,
    *,
    on_task: Callable[[PreparedTask], None] = lambda task: None,
) -> Iterator[list[PreparedTask]]:
    """Prepare tasks one after another, tell `on_task` of each, and free their shared memory at the end."""
    with ExitStack() as stack:
        ready = []
        for task in tasks:
            began = time.monotonic()
            ready.append(prepare(task, encoder, secret))
            took = time.monotonic() - began
            _log.info("task %s is ready in %.2f s: cosine %.4f nDCG@10", task.name, took, ready[-1].baseline_ndcg)
            stack.callback(ready[-1].inputs.close)
            on_task(ready[-1])
        yield ready


def score(task: PreparedTask, source: str, execution: Execution, cost: Cost) -> Outcome:
    """Turn an execution of a program into an outcome: nDCG@10 against the labels, which only this side knows."""
    if execution.scores is None:
        return Outcome(task.name, execution.verdict, execution.reason, cost, execution)
    per_query = task.per_query(execution.scores)
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
        score_hash=hash_of(execution.scores),
        sample=execution.scores[task.sampled(source)],
    )


def summarise(outcomes: Sequence[Outcome], tasks: Sequence[PreparedTask]) -> Evaluation:
    """Order outcomes as the tasks stand and pool them; a program that fails on one task has no mean."""
    position = {task.name: place for place, task in enumerate(tasks)}
    failure = next((outcome for outcome in outcomes if outcome.verdict is not Verdict.OK), None)
    ordered = tuple(sorted(outcomes, key=lambda outcome: position[outcome.task]))
    deltas = [outcome.delta for outcome in ordered if outcome.delta is not None]
    if failure is not None or len(deltas) != len(tasks):
        return Evaluation(ordered, failure, None, None)
    extra = sum((outcome.cost for outcome in ordered), Cost())
    baseline = sum((task.cost for task in tasks), Cost())
    return Evaluation(
        outcomes=ordered,
        failure=None,
        mean_delta=float(np.mean(deltas)),
        cost_ratio=extra.ratio_to(baseline),
        wins=sum(delta > TIE for delta in deltas),
        ties=sum(abs(delta) <= TIE for delta in deltas),
        losses=sum(delta < -TIE for delta in deltas),
    )


def _shown(values: Sequence[str], places: NDArray[np.int64]) -> list[str]:
    return [values[place] for place in places.tolist()]
