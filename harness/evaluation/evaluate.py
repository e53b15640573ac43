"""One program on tasks: sandboxed execution, metered encoding, measures and cost."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from archive import Measured
from harness.encoders.cached import CachedEncoder
from harness.encoders.meter import Cost
from harness.encoders.protocol import DOCUMENT, QUERY
from harness.evaluation.difference import TOP, Scores, hash_of
from harness.evaluation.measures import NDCG_AT_10, Judgments, Measure, measure_together
from harness.evaluation.objectives import Mean, Objective, TaskResult
from harness.evaluation.secret import NO_SECRET, Order, Secret
from harness.tasks.task import RetrievalTask
from primitives import cosines
from sandbox import Execution, Limits, TaskInputs
from sandbox.verdicts import Verdict

_log = logging.getLogger(__name__)

MEAN = Mean()
TIE = 1e-6
"""Deltas closer to zero than this are ties: below what float32 scores can tell apart."""
SAMPLED = 2
"""Queries of each task whose scores are kept, to be asked for again by an audit."""


@dataclass(frozen=True)
class PreparedTask:
    """A task encoded once by one encoder: what every program of a run starts from."""

    task: RetrievalTask
    judgments: Judgments
    """In the order shown."""
    measures: tuple[Measure, ...]
    """The one that deltas are of, then the others that are recorded."""
    inputs: TaskInputs
    """In the order shown."""
    limits: Limits
    cosine: Mapping[str, Measured]
    """By every measure, by name; per query in the task's own order."""
    cost: Cost
    """Of encoding every query and every document once."""
    secret: Secret
    order: Order
    """In which programs see the task; what is recorded follows the task's own order."""
    unseen: NDArray[np.bool_]
    """Queries that count towards no value and no delta, (Q,) in the task's own order."""
    untied: NDArray[np.int64]
    """Places of the queries whose nearest documents have different cosines, as far as there are such."""

    @property
    def name(self) -> str:
        return self.task.name

    @property
    def baseline(self) -> Measured:
        """Cosine by the measure that deltas are of."""
        return self.cosine[self.measures[0].name]

    def measure(self, scores: Scores) -> dict[str, Measured]:
        """A (Q, N) matrix in the order shown, by every measure; per query in the task's own order."""
        return measure(scores, self.judgments, self.measures, self.order, self.unseen)

    def unseen_delta(self, found: Mapping[str, Measured]) -> float | None:
        """Mean over the unseen queries by the searched measure less the cosine's; None where there are none."""
        if not self.unseen.any():
            return None
        searched = self.measures[0].name
        gained = found[searched].per_query.astype(np.float64) - self.baseline.per_query
        return float(gained[self.unseen].mean())

    def sampled(self, source: str) -> NDArray[np.int64]:
        """Places of the queries that an audit of this program asks for again, drawn from the secret.

        Queries whose nearest documents tie are left out where possible: to take the first of equals is no cheat.
        """
        generator = self.secret.generator(self.task.fingerprint, source, "sampled")
        return np.sort(generator.choice(self.untied, min(SAMPLED, len(self.untied)), replace=False))


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
    unseen_delta: float | None = None
    """The same on the unseen queries, for nobody who writes programs; None where the task has none."""
    measured: Mapping[str, Measured] = field(default_factory=dict)
    """By every measure of the task, by name."""
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
    unseen_delta: float | None = field(default=None, kw_only=True)
    """Mean over the tasks with unseen queries, on those alone."""
    cost_ratio: float | None
    """1 + extra texts / baseline texts, pooled over all tasks; None unless every task ended OK."""
    worth: float | None = None
    """What the search maximises; None unless every task ended OK and none is below the floor."""
    refusal: str = ""
    """Why there is a mean delta and no worth, as one sentence."""
    wins: int = 0
    ties: int = 0
    losses: int = 0
    flags: tuple[str, ...] = ()
    audits: Mapping[str, int] = field(default_factory=dict)
    """Each audit that was made, with the number of tasks it was made on; what is not here was not made."""


def prepare(
    task: RetrievalTask,
    encoder: CachedEncoder,
    measures: Sequence[Measure] = (NDCG_AT_10,),
    secret: Secret = NO_SECRET,
    unseen: float = 0.0,
) -> PreparedTask:
    """Encode a task's queries and documents, score it by cosine, and order it by the secret. Close `inputs` when done.

    `unseen` is the share of queries, drawn from the secret, that count towards no value.
    The matrix of cosines is computed in the task's own order, so that no bit of it depends on the secret.
    """
    query_texts, document_texts = list(task.queries.values()), list(task.documents.values())
    queries = encoder.embed(query_texts, QUERY)
    documents = encoder.embed(document_texts, DOCUMENT)
    order = secret.order(task)
    similarity = cosines(queries.vectors, documents.vectors)[np.ix_(order.queries, order.documents)]
    judgments = judgments_of(task, order)
    hidden = secret.unseen(task, unseen)
    inputs = TaskInputs.create(
        queries.vectors[order.queries],
        documents.vectors[order.documents],
        similarity,
        shown(query_texts, order.queries),
        shown(document_texts, order.documents),
    )
    return PreparedTask(
        task=task,
        secret=secret,
        order=order,
        unseen=hidden,
        untied=_untied(similarity),
        judgments=judgments,
        measures=tuple(measures),
        inputs=inputs,
        limits=Limits.for_inputs(inputs),
        cosine=measure(similarity, judgments, measures, order, hidden),
        cost=Cost(
            texts=len(query_texts) + len(document_texts),
            tokens=queries.tokens + documents.tokens,
            seconds=queries.seconds + documents.seconds,
        ),
    )


def judgments_of(task: RetrievalTask, order: Order) -> Judgments:
    """A task's judgments, ready to measure matrices in the order shown."""
    return Judgments(
        task.qrels,
        shown(list(task.queries), order.queries),
        shown(list(task.documents), order.documents),
        ignore_identical_ids=task.ignore_identical_ids,
    )


def measure(
    scores: NDArray[np.floating],
    judgments: Judgments,
    measures: Sequence[Measure],
    order: Order,
    unseen: NDArray[np.bool_],
) -> dict[str, Measured]:
    """A (Q, N) matrix in the order shown by every measure, of all queries; the value is the mean of those not `unseen`.

    The mean is taken before values per query are rounded to float32.
    """
    found = {}
    for name, shown_values in measure_together(scores, judgments, measures).items():
        per_query = order.restore(shown_values)
        found[name] = Measured(float(per_query[~unseen].mean()), per_query.astype(np.float32))
    return found


@contextmanager
def prepare_all(
    tasks: Sequence[RetrievalTask],
    encoder: CachedEncoder,
    measures: Sequence[Measure] = (NDCG_AT_10,),
    secret: Secret = NO_SECRET,
    unseen: Callable[[RetrievalTask], float] = lambda task: 0.0,
    *,
    on_task: Callable[[PreparedTask], None] = lambda task: None,
) -> Iterator[list[PreparedTask]]:
    """Prepare tasks one after another, tell `on_task` of each, and free their shared memory at the end."""
    with ExitStack() as stack:
        ready = []
        for task in tasks:
            began = time.monotonic()
            ready.append(prepare(task, encoder, measures, secret, unseen(task)))
            took, cosine = time.monotonic() - began, ready[-1].baseline.value
            _log.info("task %s is ready in %.2f s: cosine %.4f %s", task.name, took, cosine, ready[-1].measures[0].name)
            stack.callback(ready[-1].inputs.close)
            on_task(ready[-1])
        yield ready


def score(task: PreparedTask, source: str, execution: Execution, cost: Cost) -> Outcome:
    """Turn an execution of a program into an outcome: its measures against the labels, known on this side alone."""
    if execution.scores is None:
        return Outcome(task.name, execution.verdict, execution.reason, cost, execution)
    found = task.measure(execution.scores)
    value = found[task.measures[0].name].value
    return Outcome(
        task=task.name,
        verdict=execution.verdict,
        reason=execution.reason,
        cost=cost,
        execution=replace(execution, scores=None),
        value=value,
        delta=value - task.baseline.value,
        unseen_delta=task.unseen_delta(found),
        measured=found,
        score_hash=hash_of(execution.scores),
        sample=execution.scores[task.sampled(source)],
    )


def summarise(outcomes: Sequence[Outcome], tasks: Sequence[PreparedTask], objective: Objective = MEAN) -> Evaluation:
    """Order outcomes as the tasks stand and pool them; a program that fails on one task has no mean."""
    position = {task.name: place for place, task in enumerate(tasks)}
    failure = next((outcome for outcome in outcomes if outcome.verdict is not Verdict.OK), None)
    ordered = tuple(sorted(outcomes, key=lambda outcome: position[outcome.task]))
    deltas = [outcome.delta for outcome in ordered if outcome.delta is not None]
    if failure is not None or len(deltas) != len(tasks):
        return Evaluation(ordered, failure, None, None)
    extra = sum((outcome.cost for outcome in ordered), Cost())
    baseline = sum((task.cost for task in tasks), Cost())
    unseen = [outcome.unseen_delta for outcome in ordered if outcome.unseen_delta is not None]
    results = [_result(outcome, task) for outcome, task in zip(ordered, tasks, strict=True)]
    return Evaluation(
        outcomes=ordered,
        failure=None,
        mean_delta=float(np.mean(deltas)),
        unseen_delta=float(np.mean(unseen)) if unseen else None,
        worth=objective.value(results),
        refusal=objective.refusal(results) or "",
        cost_ratio=extra.ratio_to(baseline),
        wins=sum(delta > TIE for delta in deltas),
        ties=sum(abs(delta) <= TIE for delta in deltas),
        losses=sum(delta < -TIE for delta in deltas),
    )


def _untied(similarity: Scores) -> NDArray[np.int64]:
    """Rows of a (Q, N) matrix whose first tie, of the TOP best, comes latest; at least SAMPLED or all rows."""
    depth = min(TOP + 1, similarity.shape[1])
    best = -np.sort(-np.partition(similarity, -depth, axis=1)[:, -depth:], axis=1)
    ties = np.hstack([-np.diff(best, axis=1) <= TIE, np.ones((len(best), 1), dtype=np.bool_)])
    first_tie = ties.argmax(axis=1)
    return np.flatnonzero(first_tie >= np.sort(first_tie)[-min(SAMPLED, len(best))])


def shown(values: Sequence[str], places: NDArray[np.int64]) -> list[str]:
    """Values in the task's own order as they are shown."""
    return [values[place] for place in places.tolist()]


def _result(outcome: Outcome, task: PreparedTask) -> TaskResult:
    seconds = outcome.execution.cpu_s + outcome.cost.seconds
    return TaskResult(task.name, outcome.value or 0.0, task.baseline.value, seconds)
