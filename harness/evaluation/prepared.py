"""A task encoded once by one encoder and put in the order shown: what every program of a run starts from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from archive import Measured
from harness.encoders.meter import Cost
from harness.evaluation.difference import Scores
from harness.evaluation.measures import Judgments, Measure
from harness.evaluation.scoring import Scoring
from harness.evaluation.secret import Order, Secret
from harness.evaluation.shortlist import Shortlist
from harness.evaluation.similarities import MOST_CELLS
from harness.settings import Settings
from harness.tasks.task import RetrievalTask
from sandbox import Limits, TaskInputs

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
    query_cost: Cost
    """Of that, the queries' part."""
    secret: Secret
    order: Order
    """In which programs see the task; what is recorded follows the task's own order."""
    unseen: NDArray[np.bool_]
    """Queries that count towards no value and no delta, (Q,) in the task's own order."""
    similarity_s: float | None = None
    """Processor seconds of comparing all queries with all documents, where a text has many vectors."""
    number_bytes: int = 4
    """Of a number of these many vectors, as the encoder keeps them."""
    word_bytes: int = 0
    """Of the weights of all documents' words, where the similarity compares such."""
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
