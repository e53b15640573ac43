"""One program on tasks: sandboxed execution, metered encoding, nDCG@10 and cost."""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from harness.encoders.cached import CachedEncoder
from harness.encoders.fingerprint import SENTENCES
from harness.encoders.meter import Cost, Meter
from harness.encoders.protocol import DOCUMENT, QUERY, EmbedOptions, EncodeRefused
from harness.errors import JobError
from harness.evaluation.metrics import Ndcg
from harness.tasks.task import RetrievalTask
from primitives import programs
from sandbox import EmbedCallback, EmbedRefused, EmbedRequest, Execution, Limits, Sandbox, TaskInputs
from sandbox.verdicts import Verdict

_log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Tries of one program on one task when the harness, not the program, fails."""

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
    similarity = queries.vectors @ documents.vectors.T
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
            began = time.monotonic()
            ready.append(prepare(task, encoder))
            took = time.monotonic() - began
            _log.info("task %s is ready in %.2f s: cosine %.4f nDCG@10", task.name, took, ready[-1].baseline_ndcg)
            stack.callback(ready[-1].inputs.close)
            on_task(ready[-1])
        yield ready


class Evaluator:
    """Runs programs on prepared tasks, several tasks at a time."""

    def __init__(self, tasks: Sequence[PreparedTask], encoder: CachedEncoder, sandbox: Sandbox, workers: int) -> None:
        self.tasks = tuple(tasks)
        self._encoder = encoder
        self._sandbox = sandbox
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="task")
        # The cheapest task goes first, as a probe; then the dearest, so that workers end together.
        by_size = sorted(self.tasks, key=lambda task: (task.inputs.n_bytes, task.name))
        self._schedule = by_size[:1] + by_size[:0:-1]

    def close(self) -> None:
        """Start no more tasks and wait for those that run; close the sandbox first where they are to end at once.

        The inputs of the tasks may be freed only after this.
        """
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def probe(self) -> PreparedTask:
        """The cheapest task: audits and the first run of every program use it."""
        return self._schedule[0]

    def evaluate(self, source: str, *, on_outcome: Callable[[Outcome], None] = lambda outcome: None) -> Evaluation:
        """Run a program on the probe task and, if that ends OK, on all others.

        The first failure in the schedule's order ends the evaluation; later tasks are not part of it, finished or
        not, so that the same program always has the same outcomes.
        """
        outcomes = [self.run(source, self.probe)]
        on_outcome(outcomes[0])
        if outcomes[0].verdict is Verdict.OK:
            outcomes += self._run_all(source, self._schedule[1:], on_outcome)
        return summarise(outcomes, self.tasks)

    def _run_all(
        self, source: str, tasks: Sequence[PreparedTask], on_outcome: Callable[[Outcome], None]
    ) -> list[Outcome]:
        futures: list[Future[Outcome]] = [self._pool.submit(self.run, source, task) for task in tasks]
        outcomes = []
        try:
            for future in futures:
                outcomes.append(future.result())
                on_outcome(outcomes[-1])
                if outcomes[-1].verdict is not Verdict.OK:
                    break
        finally:
            for future in futures:
                future.cancel()
        return outcomes

    def run(self, source: str, task: PreparedTask) -> Outcome:
        """Run a program on one task.

        A failure of the harness itself is never charged to the program. Where it keeps failing on this one alone (its
        texts are too much for the encoder, say), that is the outcome's verdict; where it fails on anything, JobError.
        """
        meter = Meter()

        def once() -> Execution:
            nonlocal meter
            meter = Meter()
            return self._sandbox.run(source, task.inputs, embed=self._embedder(meter), limits=task.limits)

        execution = attempted(once)
        if execution.verdict is not Verdict.HARNESS_ERROR or self._works(task):
            _log.debug(
                "on %s: %s after %.2f s, %.2f s of them computing; %s",
                task.name, execution.verdict.value, execution.wall_s, execution.cpu_s, meter.cost,
            )  # fmt: skip
            return score(task, execution, meter.cost)
        raise JobError(
            f"The harness failed {ATTEMPTS} times on task {task.name}: {execution.reason} Nothing was recorded of the "
            "program; when the cause is mended, `ttc resume` goes on with it."
        )

    def _works(self, task: PreparedTask) -> bool:
        """Whether encoder and sandbox do their work when nothing is asked of them but the usual."""
        try:
            self._encoder.encoder.encode(SENTENCES)
        except Exception:  # whatever a library raises when its device is gone
            return False
        identity = self._sandbox.run(programs.source("identity"), task.inputs, embed=_no_texts, limits=task.limits)
        return identity.verdict is Verdict.OK

    def _embedder(self, meter: Meter) -> EmbedCallback:
        """Answer a program's `embed_fn`, and meter what it asks for whether or not it can be had."""

        def embed(request: EmbedRequest) -> NDArray[np.float32]:
            try:
                embedded = self._encoder.embed(request.texts, options_of(request))
            except EncodeRefused as refusal:
                meter.add(Cost(texts=len(request.texts)))
                raise EmbedRefused(str(refusal)) from refusal
            meter.add(embedded.cost)
            return embedded.vectors

        return embed


def attempted(once: Callable[[], Execution]) -> Execution:
    """What `once` gives when the harness does not fail; what it gave last where it fails every time."""
    for _ in range(ATTEMPTS):
        execution = once()
        if execution.verdict is not Verdict.HARNESS_ERROR:
            break
        _log.info("the harness failed, not the program: %s", execution.reason)
    return execution


def options_of(request: EmbedRequest) -> EmbedOptions:
    """What a program asked for, beside its texts."""
    return EmbedOptions(request.role, request.adapter, request.dim, request.max_tokens)


def _no_texts(request: EmbedRequest) -> NDArray[np.float32]:
    raise EmbedRefused("The identity asks for no texts.")


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
