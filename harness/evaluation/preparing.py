"""Encodes a task once with one encoder, and puts it in the order shown."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from harness.encoders.cached import CachedEncoder
from harness.encoders.meter import Cost
from harness.encoders.protocol import DOCUMENT, QUERY, EmbedOptions
from harness.encoders.service import Embedded
from harness.encoders.worded import size_of, words_of
from harness.errors import EncoderError, HarnessError
from harness.evaluation.difference import TOP, Scores
from harness.evaluation.instructions import noted, told_of
from harness.evaluation.measures import NDCG_AT_10, Judgments, Measure
from harness.evaluation.prepared import ALL_AT_ONCE, SAMPLED, PreparedTask, Reading
from harness.evaluation.scoring import Scoring
from harness.evaluation.secret import NO_SECRET, Order, Secret
from harness.evaluation.shortlist import Shortlist, make_shortlist
from harness.evaluation.similarities import Cosines, ManySimilarities, Rows
from harness.tasks.task import RetrievalTask
from harness.text import plain
from sandbox import Limits, TaskInputs

_log = logging.getLogger(__name__)

EQUAL = 1e-6
"""Cosines closer to each other than this count as equal: rounding may change their places."""


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
    inputs = _inputs(task, (queries, documents), order, similarity, shortlist, reading)
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
        cost=_cost(queries, documents),
        query_cost=_cost(queries),
    )
    ready = _with_cosine(ready)
    if not isinstance(similarity, ManySimilarities):
        return ready
    return replace(
        ready,
        similarity_s=similarity.seconds,
        number_bytes=np.dtype(encoder.stored).itemsize,
        word_bytes=0 if documents.many is None else size_of(words_of(documents.many)),
    )


def _inputs(
    task: RetrievalTask,
    embedded: tuple[Embedded, Embedded],
    order: Order,
    similarity: Rows,
    shortlist: Shortlist | None,
    reading: Reading,
) -> TaskInputs:
    """What programs are given, in the order shown; `embedded` are the queries and the documents."""
    queries, documents = embedded
    n_queries = len(task.queries)
    batch = reading.batch(n_queries, len(task.documents))
    whole = shortlist is None and batch == n_queries
    return TaskInputs.create(
        queries.vectors[order.queries],
        documents.vectors[order.documents],
        shortlist.similarity if shortlist else similarity(0, batch) if whole else similarity,
        shown(list(task.queries.values()), order.queries),
        shown(list(task.documents.values()), order.documents),
        batch=batch,
        shortlist=shortlist.listed if shortlist else None,
        q_vec=queries.many.take(order.queries) if queries.many is not None else None,
        d_vec=documents.many.take(order.documents) if documents.many is not None else None,
    )


def _cost(*sides: Embedded) -> Cost:
    """Of encoding these texts once; vectors where a text has many."""
    many = [side.many for side in sides if side.many is not None]
    return Cost(
        texts=sum(len(side.vectors) for side in sides),
        tokens=sum(side.tokens for side in sides),
        seconds=sum(side.seconds for side in sides),
        vectors=sum(len(one.vectors) for one in many) if many else None,
    )


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


def shown(values: Sequence[str], places: NDArray[np.int64]) -> list[str]:
    """Values in the task's own order as they are shown."""
    return [values[place] for place in places.tolist()]
