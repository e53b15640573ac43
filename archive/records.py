"""What the archive keeps, as values. Fields that bear a column's name are stored in that column."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

NDCG_AT_10 = "nDCG@10"
"""The measure that every task and outcome has, whatever its run searched for."""


@dataclass(frozen=True)
class Measured:
    """One measure of one ranking for every query of a task."""

    value: float
    """Mean over the queries."""
    per_query: NDArray[np.float32]
    """float32 (Q,), in the order of the task's `query_ids`."""


@dataclass(frozen=True)
class TaskRecord:
    """A task, and the bare encoder's cosine on it."""

    name: str
    source: str
    fingerprint: str
    domain: str
    n_queries: int
    n_documents: int
    baseline_ndcg: float
    baseline_per_query: NDArray[np.float32]
    """nDCG@10 per query, float32 (Q,), in the order of `query_ids`."""
    query_ids: list[str]
    baseline_texts: int
    baseline_tokens: int
    baseline_seconds: float
    unseen: list[int] = field(default_factory=list)
    """Positions of the queries that count towards no value and no delta."""
    split: str = "search"
    """`search`, or `validation` for a task whose numbers no proposer may see.

    A run with the objective `transfer` admits by the latter, any other leaves them unseen.
    """
    measured: Mapping[str, Measured] = field(default_factory=dict)
    """The cosine's other measures, by name."""
    notes: list[str] = field(default_factory=list)
    """What was kept, dropped or seen of its data that a person may not expect, in sentences."""
    baseline_vectors: int | None = None
    """Vectors of all queries and documents; None where a text has its one, and in older archives."""

    @property
    def by_measure(self) -> dict[str, Measured]:
        """The cosine by every measure, by its name, nDCG@10 first."""
        return {NDCG_AT_10: Measured(self.baseline_ndcg, self.baseline_per_query), **self.measured}


@dataclass(frozen=True)
class RunRecord:
    """What is known of a run before its first program."""

    objective: str
    seed: int
    config: Mapping[str, Any]
    versions: Mapping[str, str]
    machine: Mapping[str, Any]
    encoder: Mapping[str, Any]
    """At least `name` and `fingerprint`."""
    isolation: Mapping[str, Any]
    tasks: list[TaskRecord]
    measure: str = NDCG_AT_10
    """What it searches by: every delta, win and admission is of this measure."""
    maximise: str = "mean"
    """What it makes of a program's deltas: its `worth`."""


@dataclass(frozen=True)
class OutcomeRecord:
    """One program on one task; numbers are None unless the verdict is `ok`."""

    task: str
    verdict: str
    reason: str
    ndcg: float | None
    delta: float | None
    """Of the run's measure: the program's mean over queries less the cosine's."""
    per_query: NDArray[np.float32] | None
    """nDCG@10 per query, float32 (Q,), in the order of the task's `query_ids`."""
    texts: int
    """Texts the program asked to encode, repeated and cached ones included."""
    tokens: int
    encoder_seconds: float
    wall_s: float
    cpu_s: float
    peak_rss: int
    """Bytes."""
    score_hash: str | None
    flags: list[str] = field(default_factory=list)
    stdout: str = ""
    isolation_level: str = ""
    measured: Mapping[str, Measured] = field(default_factory=dict)
    """The other measures, by name."""
    index_texts: int = 0
    """Of the texts, those that the program's `index` asked for, which is called once for a corpus."""
    index_tokens: int = 0
    index_encoder_seconds: float = 0.0
    index_cpu_s: float = 0.0
    """Of the processor seconds, those that the index took."""
    index_bytes: int = 0
    """What the index holds; 0 for a program without one."""
    alone_s: list[float] = field(default_factory=list)
    """Processor seconds of the program for each query that was asked alone, the index not counted."""
    vectors: int | None = None
    """Vectors that the texts came back with; None where a text has its one, and in older archives."""
    index_vectors: int | None = None
    """Of these, those that the index asked for."""
    kept_bytes: int | None = None
    """Of the encoder's vectors of all documents, those its rerank reads, as they are kept; None in older archives."""
    similarity_s: float | None = None
    """Processor seconds of the MaxSim behind `sim`, for all queries, where its rerank reads that; None as `vectors`."""

    @property
    def by_measure(self) -> dict[str, Measured]:
        """Every measure by its name, nDCG@10 first; empty unless the verdict is `ok`."""
        if self.ndcg is None or self.per_query is None:
            return {}
        return {NDCG_AT_10: Measured(self.ndcg, self.per_query), **self.measured}


@dataclass(frozen=True)
class UsageRecord:
    """One call to a language model; None where the server did not say."""

    provider: str
    model: str
    step: str = ""
    """Which of its program's calls it was, as in `Exchange`."""
    purpose: str = "proposal"
    """`proposal`, `repair`, `judge` or `notes`; `embedding` for what an encoder's server read."""
    verdict: str = "ok"
    """What the answer was good for."""
    request_id: str | None = None
    retries: int = 0
    latency_s: float = 0.0
    input_uncached: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    output: int | None = None
    reasoning: int | None = None
    cost_usd: float | None = None
    price_source: str = ""


@dataclass(frozen=True)
class ProgramRecord:
    """A program, what its author said of it, and what came of it."""

    generation: int
    """0 for seeds."""
    name: str
    source: str
    exact_hash: str
    structure_hash: str
    parents: list[str]
    mode: str
    novelty_claim: str
    expected_effect: str
    lesson: str
    status: str
    """`admitted`, `evaluated` or `rejected`."""
    verdict: str
    reason: str
    mean_delta: float | None = None
    """Mean over the tasks of split `search`; None unless the verdict is `ok` on each."""
    worth: float | None = None
    """What the run maximises, by default the mean delta; None without a mean delta or below the floor."""
    unseen_delta: float | None = None
    """The mean delta on the tasks' unseen queries; never briefed and never selected by."""
    unseen_tasks_delta: float | None = None
    """The mean delta on tasks that are unseen as a whole; None without such, and where the program failed on one."""
    cost_ratio: float | None = None
    wins: int = 0
    ties: int = 0
    losses: int = 0
    outcomes: list[OutcomeRecord] = field(default_factory=list)
    usage: list[UsageRecord] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    audits: Mapping[str, int] = field(default_factory=dict)
    """Each audit that was made, with the number of tasks it was made on; what is not here was not made."""
    violations: list[dict[str, Any]] = field(default_factory=list)
    """Broken static rules: code, line, message."""
    model: str = ""
    """The model that wrote it; empty for seeds and recombination."""

    @property
    def n_tasks(self) -> int:
        """Tasks that its numbers stand on: those searched on, not those of split `validation`."""
        return self.wins + self.ties + self.losses


@dataclass(frozen=True)
class Run:
    """A recorded run."""

    id: str
    created: str
    """UTC, ISO 8601."""
    ended: str | None
    """When its status last became other than `running`."""
    status: str
    """`running`, `stopped`, `finished` or `failed`; a killed run stays `running`."""
    record: RunRecord


@dataclass(frozen=True)
class Program:
    """A recorded program."""

    id: str
    run_id: str
    number: int
    """Position in its run, from 1."""
    created: str
    record: ProgramRecord


@dataclass(frozen=True)
class TrialRecord:
    """A trial, and what came of it."""

    number: int
    """Of the program that was to be written when it was made."""
    name: str
    source: str
    part: int
    """Which part of the queries, from 1; 0: all."""
    verdict: str
    """`ok`, or what the program failed with first."""
    reason: str
    deltas: dict[str, float] = field(default_factory=dict)
    """Task to mean delta on the part; no task where it failed."""
    mean_delta: float | None = None
    error: float | None = None
    """Standard error of `mean_delta`; None where the sample is too small to tell."""
    cost_ratio: float | None = None
    """In texts, of the part's queries and all documents."""
    against: str | None = None
    """Id of the program that it is set against."""
    gain: float | None = None
    """Mean delta less that program's on the same queries."""
    gain_error: float | None = None
    flags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class WorkRecord:
    """What one machine did for one program, or for all of them together."""

    node: str
    """What the cluster calls it."""
    number: int | None
    """Of the program; None for encoding, which serves several at a time, and for what became no program."""
    runs: int = 0
    """Runs of the program, on one task or in an audit."""
    lost: int = 0
    """Runs that were made again elsewhere, as a process or the machine died."""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    """Processor seconds of the program."""
    texts: int = 0
    """Asked for by the program in these runs."""
    batches: int = 0
    """Forward passes of the encoder."""
    encoded: int = 0
    """Texts in them."""
    encoder_s: float = 0.0
    """Seconds that they took."""


@dataclass(frozen=True)
class Event:
    """Something worth knowing about a run."""

    created: str
    kind: str
    message: str


@dataclass(frozen=True)
class Exchange:
    """One request to a language model and its answer, kept before the program is evaluated."""

    number: int
    """Number of the program it was for."""
    step: str
    """Which of that program's calls it was; a step recorded twice counts as recorded last."""
    request_hash: str
    request: str
    response: str


@dataclass(frozen=True)
class CallRecord:
    """A call to a language model as the caps of its run count it, answered or not."""

    number: int
    """Number of the program it was for."""
    usage: UsageRecord
    charged_usd: float = 0.0
    """What it cost, or the most it could have cost where that is unknown."""
    charged_tokens: int = 0
    detail: str = ""
    """Why there is no answer."""


@dataclass(frozen=True)
class CellRecord:
    """One held-out evaluation: a program with an encoder on a task."""

    program: str
    """How the program was named: an id, a file or a reference program."""
    source: str
    encoder_fingerprint: str
    task_fingerprint: str
    outcome: OutcomeRecord
    code: str = ""
    """Hash of all that runs, which tells cells apart; empty stands for the source's own hash."""


@dataclass(frozen=True)
class Cell:
    """A recorded held-out evaluation."""

    created: str
    attempt: int
    """1, and more where somebody evaluated the cell again."""
    source_hash: str
    record: CellRecord
