"""A task encoded once by one encoder and put in the order shown: what every program of a run starts from."""

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
from harness.encoders.protocol import DOCUMENT, QUERY, EmbedOptions
from harness.encoders.service import Embedded
from harness.errors import EncoderError, HarnessError
from harness.evaluation.difference import TOP, Scores
from harness.evaluation.instructions import noted, told_of
from harness.evaluation.measures import NDCG_AT_10, Judgments, Measure
from harness.evaluation.scoring import Scoring
from harness.evaluation.secret import NO_SECRET, Order, Secret
from harness.evaluation.shortlist import Shortlist, make_shortlist
from harness.evaluation.similarities import MOST_CELLS, Cosines, ManySimilarities, Rows
from harness.settings import Settings
from harness.tasks.task import RetrievalTask
from harness.text import plain
from sandbox import Limits, TaskInputs

_log = logging.getLogger(__name__)

EQUAL = 1e-6
"""Cosines closer to each other than this count as equal: rounding may change their places."""
SAMPLED = 2
"""Queries of each task whose scores are kept, to be asked for again by an audit."""


@dataclass(frozen=True)
class Reading:
    """How programs are called, whatever the task."""

    query_batch: int | None = None
    """Queries at a time; None: all, or where their scores would take more than 1 GiB so many that they do not."""
    bounded: bool = True
    """Whether None may mean less than all: not where programs may look at a whole batch."""
    time: float = 1.0
    memory: float = 1.0
    """Factors on the limits of time and memory."""

    def batch(self, n_queries: int, n_documents: int) -> int:
        """Queries that a program is given at a time."""
        most = max(1, MOST_CELLS // max(1, n_documents)) if self.bounded else n_queries
        return min(self.query_batch or most, n_queries)


ALL_AT_ONCE = Reading()


def reading_of(settings: Settings) -> Reading:
    """What the settings say of it."""
    program = settings.program
    bounded = program.transductive == "refuse"
    return Reading(settings.tasks.query_batch, bounded, program.time_factor, program.memory_factor)


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
    cost: Cost
    """Of encoding every query and every document once."""
    secret: Secret
    order: Order
    """In which programs see the task; what is recorded follows the task's own order."""
    unseen: NDArray[np.bool_]
    """Queries that count towards no value and no delta, (Q,) in the task's own order."""
    similarity_s: float | None = None
    """Processor seconds of comparing all queries with all documents, where a text has many vectors."""
    number_bytes: int = 4
    """Of a number of these many vectors, as the encoder keeps them."""
    shortlist: Shortlist | None = None
    """Which documents each query ranks; None where it ranks all."""
    cosine: Mapping[str, Measured] = field(default_factory=dict)
    """By every measure, by name; per query in the task's own order."""
    untied: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Places of the queries whose nearest documents have different cosines, as far as there are such."""

    @property
    def name(self) -> str:
        return self.task.name

    @property
    def baseline(self) -> Measured:
        """Cosine by the measure that deltas are of."""
        return self.cosine[self.measures[0].name]

    @property
    def inductive(self) -> bool:
        """Whether programs are given less than all queries at a time."""
        return self.inputs.layout.n_windows > 1

    def similarities(self) -> Iterator[tuple[int, Scores]]:
        """What programs see as `sim`, batch by batch, each with the place of its first query."""
        layout = self.inputs.layout
        for number in range(layout.n_windows):
            first, end = layout.window(number)
            yield first, self.inputs.similarity(first, end)

    def measure(self, scores: Scores) -> dict[str, Measured]:
        """A (Q, N) matrix in the order shown, by every measure; per query in the task's own order."""
        scoring = Scoring(self)
        listed = self.inputs.shortlist
        if self.shortlist is not None:
            lowest = scores.min(axis=1, keepdims=True)
            scores = np.where(listed < 0, lowest, np.take_along_axis(scores, np.maximum(listed, 0), axis=1))
        scoring.take(0, scores.astype(np.float32))
        return scoring.measured()

    def spread(self, scores: Scores, rows: NDArray[np.int64]) -> Scores:
        """Scores (n, width) of the queries at `rows` as (n, N): what a query does not rank scores as its last."""
        return spread(scores, self.inputs.shortlist[rows], self.inputs.n_documents)

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


def _asked(task: RetrievalTask, encoder: CachedEncoder, options: EmbedOptions) -> EmbedOptions:
    return told_of(task, replace(options, vectors=encoder.most_vectors(options.role)))


def _embedded(encoder: CachedEncoder, texts: Sequence[str], options: EmbedOptions, task: str) -> Embedded:
    try:
        return encoder.embed(texts, options)
    except (HarnessError, OSError):
        raise
    except Exception as error:  # whatever a library below raises for a text that it cannot take
        raise EncoderError(
            f"The encoder {encoder.encoder.name} failed on a {options.role} of task {task} ({type(error).__name__}: "
            f"{plain(str(error))}); check that its tokenizer is its own, or set encoder.max_tokens or encoder.device."
        ) from error


def prepare(
    task: RetrievalTask,
    encoder: CachedEncoder,
    measures: Sequence[Measure] = (NDCG_AT_10,),
    secret: Secret = NO_SECRET,
    unseen: float = 0.0,
    reading: Reading = ALL_AT_ONCE,
) -> PreparedTask:
    """Encode a task's queries and documents, score it by cosine, and order it by the secret. Close `inputs` when done.
    Raises UsageError where the encoder's prompts ask for an instruction and the task has none.

    `unseen` is the share of queries, drawn from the secret, that count towards no value.
    Similarities are computed in the task's own order, so that no bit of them depends on the secret: cosines, or where a
    text has many vectors the encoder's own.
    """
    query_texts, document_texts = list(task.queries.values()), list(task.documents.values())
    task = noted(task, encoder)
    queries = _embedded(encoder, query_texts, _asked(task, encoder, QUERY), task.name)
    documents = _embedded(encoder, document_texts, _asked(task, encoder, DOCUMENT), task.name)
    order = secret.order(task)
    similarity: Rows = Cosines(queries.vectors, documents.vectors, order)
    if queries.many is not None and documents.many is not None:
        similarity = ManySimilarities(queries.many, documents.many, order, encoder.similarity)
    judgments, shortlist = judgments_of(task, order), None
    if not task.candidates.all:
        cutoff = max(getattr(measure, "cutoff", None) or len(document_texts) for measure in measures)
        scored = similarity.own if isinstance(similarity, ManySimilarities) else None
        shortlist = make_shortlist(task, queries.vectors, documents.vectors, order, cutoff, scored)
        judgments = judgments.among(shortlist.columns)
    batch = reading.batch(len(query_texts), len(document_texts))
    whole = shortlist is None and batch == len(query_texts)
    inputs = TaskInputs.create(
        queries.vectors[order.queries],
        documents.vectors[order.documents],
        shortlist.similarity if shortlist else similarity(0, batch) if whole else similarity,
        shown(query_texts, order.queries),
        shown(document_texts, order.documents),
        batch=batch,
        shortlist=shortlist.listed if shortlist else None,
        q_vec=queries.many.take(order.queries) if queries.many is not None else None,
        d_vec=documents.many.take(order.documents) if documents.many is not None else None,
    )
    ready = PreparedTask(
        task=task,
        secret=secret,
        order=order,
        unseen=secret.unseen(task, unseen),
        judgments=judgments,
        measures=tuple(measures),
        inputs=inputs,
        limits=Limits.for_inputs(inputs, time=reading.time, memory=reading.memory),
        shortlist=shortlist,
        cost=Cost(
            texts=len(query_texts) + len(document_texts),
            tokens=queries.tokens + documents.tokens,
            seconds=queries.seconds + documents.seconds,
            vectors=_vectors(queries, documents),
        ),
    )
    ready = _with_cosine(ready)
    if not isinstance(similarity, ManySimilarities):
        return ready
    return replace(ready, similarity_s=similarity.seconds, number_bytes=np.dtype(encoder.stored).itemsize)


def _vectors(queries: Embedded, documents: Embedded) -> int | None:
    """Of all texts, where they have many each."""
    if queries.many is None or documents.many is None:
        return None
    return len(queries.many.vectors) + len(documents.many.vectors)


def _with_cosine(ready: PreparedTask) -> PreparedTask:
    """Measure the cosine, and find the queries with few ties."""
    scoring, first_ties = Scoring(ready), []
    for first, block in ready.similarities():
        scoring.take(first, block)
        first_ties.append(_first_tie(block))
    found = np.concatenate(first_ties)
    untied = np.flatnonzero(found >= np.sort(found)[-min(SAMPLED, len(found))])
    return replace(ready, cosine=scoring.measured(), untied=untied)


def judgments_of(task: RetrievalTask, order: Order) -> Judgments:
    """A task's judgments, ready to measure matrices in the order shown."""
    return Judgments(
        task.qrels,
        shown(list(task.queries), order.queries),
        shown(list(task.documents), order.documents),
        ignore_identical_ids=task.ignore_identical_ids,
    )


@contextmanager
def prepare_all(
    tasks: Sequence[RetrievalTask],
    encoder: CachedEncoder,
    measures: Sequence[Measure] = (NDCG_AT_10,),
    secret: Secret = NO_SECRET,
    unseen: Callable[[RetrievalTask], float] = lambda task: 0.0,
    reading: Reading = ALL_AT_ONCE,
    *,
    on_task: Callable[[PreparedTask], None] = lambda task: None,
) -> Iterator[list[PreparedTask]]:
    """Prepare tasks one after another, tell `on_task` of each, and free their shared memory at the end."""
    with ExitStack() as stack:
        ready = []
        for task in tasks:
            began = time.monotonic()
            ready.append(prepare(task, encoder, measures, secret, unseen(task), reading))
            took, cosine = time.monotonic() - began, ready[-1].baseline.value
            _log.info("task %s is ready in %.2f s: cosine %.4f %s", task.name, took, cosine, ready[-1].measures[0].name)
            stack.callback(ready[-1].inputs.close)
            on_task(ready[-1])
        yield ready


def _first_tie(similarity: Scores) -> NDArray[np.int64]:
    """At which of the TOP best of each row of (b, N) the first tie is, (b,); TOP where there is none."""
    depth = min(TOP + 1, similarity.shape[1])
    best = -np.sort(-np.partition(similarity, -depth, axis=1)[:, -depth:], axis=1)
    ties = np.hstack([-np.diff(best, axis=1) <= EQUAL, np.ones((len(best), 1), dtype=np.bool_)])
    first: NDArray[np.int64] = ties.argmax(axis=1)
    return first


def spread(scores: Scores, listed: NDArray[np.int32], n_documents: int) -> Scores:
    """Scores (n, width) of listed documents, (n, K) places, as (n, N) where all others score as the last of their row.

    Without a list, (n, 0), they stand for all documents already.
    """
    if not listed.shape[1]:
        return scores
    whole = np.repeat(scores.min(axis=1, keepdims=True), n_documents, axis=1)
    rows, columns = np.nonzero(listed >= 0)
    whole[rows, listed[rows, columns]] = scores[rows, columns]
    return whole


def shown(values: Sequence[str], places: NDArray[np.int64]) -> list[str]:
    """Values in the task's own order as they are shown."""
    return [values[place] for place in places.tolist()]
