"""Does a program score what it claims to? Runs under changed circumstances that must not change its scores.

Cheap audits (one more run) suit every program on a probe task; dear ones (three more) those that are to be kept.
What an audit embeds is not metered: it is the harness's question, not the program's.
"""

import ast
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import EncodeRefused
from harness.errors import JobError
from harness.evaluation.evaluate import PreparedTask
from harness.evaluation.executor import ATTEMPTS, attempted, options_of
from harness.evaluation.measures import Judgments
from sandbox import EmbedRefused, EmbedRequest, Execution, Sandbox, TaskInputs, Verdict
from sandbox.inputs import MappedInputs, map_inputs

Scores = NDArray[np.float32]

MAX_DIFFERENCE = 1e-3
"""Largest difference, relative to the range of a query's scores, that counts as rounding: honest programs stay below
1e-6, an ill-conditioned solve reaches 7e-5."""
MIN_OVERLAP = 0.99
"""Least mean share of a top ten that must return."""
TOP = 10
ROUNDING = 1e-6
"""Scores closer than this share of a query's range may change places."""
QUOTE_CHARS = 12
"""String literals from this length on are looked for in the texts; shorter ones are words that occur anywhere."""

NONDETERMINISTIC = Verdict.NONDETERMINISTIC.value
ORDER_DEPENDENT = Verdict.ORDER_DEPENDENT.value
TRANSDUCTIVE = "transductive"
QUOTES_TEXTS = "quotes_texts"


@dataclass(frozen=True)
class Finding:
    """What an audit found: a flag for the record and a sentence for the ledger."""

    flag: str
    sentence: str

    @property
    def rejects(self) -> bool:
        """Only a program without a definite result is rejected; the other findings are flags."""
        return self.flag == NONDETERMINISTIC


class Auditor:
    """Asks programs the same question under other circumstances.

    `poisoned` is a sandbox whose strings hash otherwise and whose fresh memory is filled with a byte; see
    `poisoned_sandbox`.
    """

    def __init__(self, sandbox: Sandbox, poisoned: Sandbox, encoder: CachedEncoder) -> None:
        self._sandbox = sandbox
        self._poisoned = poisoned
        self._encoder = encoder

    def cheap(self, source: str, task: PreparedTask, score_hash: str) -> list[Finding]:
        """Audits for every program: `score_hash` is that of its first outcome on this task.

        Raises JobError when the harness itself keeps failing.
        """
        again = self._run(self._poisoned, source, task, task.inputs)
        if again.verdict is not Verdict.OK:
            sentence = f"Run again with other string hashes and filled memory it ended otherwise: {again.reason}"
            return [Finding(NONDETERMINISTIC, sentence)]
        if hash_of(again.scores) != score_hash:
            sentence = "Run again with other string hashes and filled memory it gave other scores."
            return [Finding(NONDETERMINISTIC, sentence)]
        return quotations(source, list(task.task.queries.values()) + list(task.task.documents.values()))

    def dear(self, source: str, task: PreparedTask) -> list[Finding]:
        """Audits for a program about to be admitted: other document order, fewer queries.

        Raises JobError when the program does not end OK on the task as it stands, or the harness keeps failing.
        """
        base = self._run(self._sandbox, source, task, task.inputs)
        if base.scores is None:
            raise JobError(f"The program cannot be audited on task {task.name}: {base.reason}")
        return self._document_order(source, task, base.scores) + self._fewer_queries(source, task, base.scores)

    def _document_order(self, source: str, task: PreparedTask, base: Scores) -> list[Finding]:
        order = np.random.default_rng(0).permutation(task.inputs.n_documents)
        with select(task.inputs, np.arange(task.inputs.n_queries), order) as shuffled:
            run = self._run(self._sandbox, source, task, shuffled)
        if run.scores is None:
            return [Finding(ORDER_DEPENDENT, f"With the documents in another order it ended otherwise: {run.reason}")]
        return _compare(ORDER_DEPENDENT, "the documents in another order", base[:, order], run.scores)

    def _fewer_queries(self, source: str, task: PreparedTask, base: Scores) -> list[Finding]:
        if task.inputs.n_queries < 2:
            return []
        rows = np.arange(0, task.inputs.n_queries, 2)
        with select(task.inputs, rows, np.arange(task.inputs.n_documents)) as fewer:
            run = self._run(self._sandbox, source, task, fewer)
        if run.scores is None:
            return [Finding(TRANSDUCTIVE, f"With every other query left out it ended otherwise: {run.reason}")]
        return _compare(TRANSDUCTIVE, "every other query left out", base[rows], run.scores)

    def _run(self, sandbox: Sandbox, source: str, task: PreparedTask, inputs: TaskInputs) -> Execution:
        execution = attempted(lambda: sandbox.run(source, inputs, embed=self._embed, limits=task.limits))
        if execution.verdict is Verdict.HARNESS_ERROR:
            raise JobError(
                f"The harness failed {ATTEMPTS} times during an audit on task {task.name}: {execution.reason}"
            )
        return execution

    def _embed(self, request: EmbedRequest) -> NDArray[np.float32]:
        try:
            return self._encoder.embed(request.texts, options_of(request)).vectors
        except EncodeRefused as refusal:
            raise EmbedRefused(str(refusal)) from refusal


def poisoned_sandbox(*, level: str, allow_primitives: bool) -> Sandbox:
    """A sandbox that shows up programs which depend on hash order or on uninitialised memory."""
    return Sandbox(level=level, allow_primitives=allow_primitives, hash_seed=4242, malloc_perturb=0xA5)


def hash_of(scores: Scores | None) -> str:
    """The hash that an outcome records of a score matrix."""
    return hashlib.blake2b(b"" if scores is None else scores.tobytes(), digest_size=16).hexdigest()


def select(inputs: TaskInputs, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> TaskInputs:
    """The inputs of a task with some of its queries and documents, in the order given. Close it when done."""
    whole: MappedInputs = map_inputs(inputs.descriptor, inputs.layout)
    return TaskInputs.create(
        whole.q_emb[rows],
        whole.d_emb[columns],
        whole.sim[np.ix_(rows, columns)],
        [whole.q_texts[row] for row in rows],
        [whole.d_texts[column] for column in columns],
    )


def _compare(flag: str, circumstance: str, base: Scores, other: Scores) -> list[Finding]:
    difference, overlap = relative_difference(base, other), top_overlap(base, other)
    if difference <= MAX_DIFFERENCE and overlap >= MIN_OVERLAP:
        return []
    sentence = f"With {circumstance} its scores differ by {difference:.1e} of their range"
    return [Finding(flag, f"{sentence}, and {overlap:.0%} of the top {TOP} return.")]


def relative_difference(base: Scores, other: Scores) -> float:
    """Largest absolute difference of two (Q, N) matrices, each row relative to the range of its scores in `base`."""
    spread = np.ptp(base, axis=1).astype(np.float64)
    gap = np.abs(base.astype(np.float64) - other).max(axis=1)
    return float((gap / np.where(spread > 0, spread, 1.0)).max())


def top_overlap(base: Scores, other: Scores) -> float:
    """Mean share of each row's ten best in `base` that are among the ten best in `other`, rounding forgiven."""
    depth = min(TOP, base.shape[1])
    best = np.argpartition(-base, depth - 1, axis=1)[:, :depth]
    threshold = np.partition(other, -depth, axis=1)[:, -depth] - ROUNDING * np.ptp(other, axis=1)
    return float((np.take_along_axis(other, best, axis=1) >= threshold[:, None]).mean())


def quotations(source: str, texts: Sequence[str]) -> list[Finding]:
    """Whether a program's strings are taken from the texts that it is judged on."""
    literals = {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) >= QUOTE_CHARS
    }
    quoted = sorted(literal for literal in literals if any(literal in text for text in texts))
    return [Finding(QUOTES_TEXTS, f"It quotes the task's texts: {quoted[0][:60]!r}.")] if quoted else []


def shuffled_label_value(task: PreparedTask, seed: int = 0) -> float:
    """Mean of cosine, by the searched measure, when the judged documents of every query are drawn anew at random.

    A sound metric gives about what a random ranking earns; anything near `task.baseline.value` means that scores do
    not depend on the labels.
    """
    rng = np.random.default_rng(seed)
    documents = list(task.task.documents)
    qrels = {
        query: dict(zip(_draw(rng, documents, len(judged)), judged.values(), strict=False))
        for query, judged in task.task.qrels.items()
    }
    judgments = Judgments(qrels, list(task.task.queries), documents)
    whole = map_inputs(task.inputs.descriptor, task.inputs.layout)
    return float(task.measures[0].per_query(whole.sim, judgments).mean())


def _draw(rng: np.random.Generator, documents: Sequence[str], count: int) -> list[str]:
    chosen = rng.choice(len(documents), size=min(count, len(documents)), replace=False)
    return [documents[index] for index in chosen]
