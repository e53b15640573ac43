"""Does a program score what it claims to? Runs under changed circumstances that must not change its scores.

What is asked (tasks, queries, orders) is drawn from the archive's secret, so no program can behave where it is asked
and cheat elsewhere. Cheap audits, two more runs, suit every program; costly ones, on every task, those that are to be
kept. What an audit embeds is not metered: it is the harness's question, not the program's.
"""

import ast
import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import EncodeRefused
from harness.errors import JobError
from harness.evaluation.audited import (
    DETERMINISM,
    NONDETERMINISTIC,
    ORDER,
    ORDER_AND_ALONE,
    ORDER_DEPENDENT,
    QUOTATION,
    QUOTES_TEXTS,
    ROUTES,
    ROUTING,
    TRANSDUCTIVE,
    Audited,
    Finding,
)
from harness.evaluation.difference import TOP, ScoreHash, Scores, agreement, differ
from harness.evaluation.evaluate import Outcome
from harness.evaluation.executor import ATTEMPTS, attempt, options_of
from harness.evaluation.instructions import told_of
from harness.evaluation.part import Part, Runs, similarity_of
from harness.evaluation.prepared import PreparedTask
from harness.tasks.task import RetrievalTask
from harness.text import counted
from primitives import MultiVectors
from sandbox import EmbedRefused, EmbedRequest, Execution, Sandbox, TaskInputs, Verdict
from sandbox.syntax import syntax_tree

_log = logging.getLogger(__name__)

QUOTE_CHARS = 12
"""String literals from this length on are looked for in the texts; shorter ones are words that occur anywhere."""
KEPT_SHARE = 0.8
"""Documents that stay when a task's shape and words are changed, beside the first ones of the sampled queries."""
MIN_AGREEMENT = 0.93
"""Least rank correlation of scores before and after that. Reference programs stay above it, programs that do another
thing on one task mostly do not: scripts/truth/audits.py measures both."""

Asked = tuple[PreparedTask, Outcome]
"""A task, and what the program did on it in its evaluation."""


@dataclass(frozen=True)
class _Asking:
    """What came of asking a program about one task again."""

    findings: tuple[Finding, ...] = ()
    alone_s: tuple[float, ...] = ()


class Auditor:
    """Asks programs the same question under other circumstances.

    `poisoned` is a sandbox whose strings hash otherwise and whose fresh memory is filled with a byte; see
    `poisoned_sandbox`. With `alone`, queries are also asked one at a time.
    """

    def __init__(
        self, sandbox: Runs, poisoned: Runs, encoder: CachedEncoder, *, alone: bool = True, workers: int = 1
    ) -> None:
        self._sandbox = sandbox
        self._poisoned = poisoned
        self._encoder = encoder
        self._alone = alone
        self._workers = workers

    def first(self, source: str, task: PreparedTask, outcome: Outcome) -> Audited:
        """The audit that most programs fail, on one task, before others are run at all; raises as `cheap` does.

        Its task is known beforehand, so it saves time and proves nothing: the others draw theirs.
        """
        asking = self._order_and_alone(source, task, outcome, rows=1)
        return Audited(asking.findings, {self._order_audit: 1})

    def cheap(self, source: str, asked: Sequence[Asked], texts: Collection[str]) -> Audited:
        """Audits for every program, on two tasks drawn from the secret; `texts` are those of all tasks.

        Raises JobError when the harness itself keeps failing.
        """
        secret = asked[0][0].secret
        first, *others = secret.generator(source, "cheap").permutation(len(asked)).tolist()
        second = others[0] if others else first
        made = {DETERMINISM: 1, QUOTATION: len(asked)}
        findings, alone_s = self._determinism(source, *asked[first]), {}
        if not findings:
            task, outcome = asked[second]
            asking = self._order_and_alone(source, task, outcome, rows=1)
            made[self._order_audit] = 1
            findings, alone_s = list(asking.findings), {task.name: asking.alone_s}
        return Audited((*findings, *quotations(source, texts)), made, alone_s)

    def costly(self, source: str, asked: Sequence[Asked]) -> Audited:
        """Audits on every task, for a program that is to be kept. Raises JobError as `cheap` does."""

        def ask(one: Asked) -> tuple[_Asking, bool]:
            """What was found, and whether the task came as far as the second audit."""
            asking = self._order_and_alone(source, *one)
            if asking.findings:
                return asking, False
            return replace(asking, findings=tuple(self._routing(source, *one))), True

        with ThreadPoolExecutor(self._workers, thread_name_prefix="audit") as pool:
            each = list(pool.map(ask, asked))
        made = Counter({self._order_audit: len(asked), ROUTING: sum(routed for _, routed in each)})
        findings = tuple(finding for asking, _ in each for finding in asking.findings)
        alone_s = {task.name: asking.alone_s for (task, _), (asking, _) in zip(asked, each, strict=True)}
        return Audited(findings, dict(+made), alone_s)

    @property
    def _order_audit(self) -> str:
        return ORDER_AND_ALONE if self._alone else ORDER

    def _determinism(self, source: str, task: PreparedTask, outcome: Outcome) -> list[Finding]:
        again, hashed = self._hashed(source, task)
        changed = "Run again with other string hashes and filled memory it"
        if again.verdict is not Verdict.OK:
            return [Finding(NONDETERMINISTIC, task.name, f"{changed} ended otherwise: {again.reason}")]
        if hashed.hash != outcome.score_hash:
            return [Finding(NONDETERMINISTIC, task.name, f"{changed} gave other scores.")]
        return []

    def _hashed(self, source: str, task: PreparedTask) -> tuple[Execution, ScoreHash]:
        """Run a program among other chances; a run that is tried again is hashed anew."""
        hashed = ScoreHash()

        def once() -> Execution:
            nonlocal hashed
            hashed = ScoreHash()
            return self._poisoned.run(
                source, task.inputs, None, embed=partial(self._embed, task.task), limits=task.limits, take=hashed.take
            )

        return self._tried(once, task), hashed

    def _order_and_alone(self, source: str, task: PreparedTask, outcome: Outcome, rows: int | None = None) -> _Asking:
        """Each sampled query by itself, the documents in another order; what differs is looked at more closely."""
        assert outcome.sample is not None
        sampled, alone_s = task.sampled(source)[:rows], []
        if not self._alone:
            return _Asking(tuple(self._order(source, task, outcome, self._shuffled(source, task, "all"))))
        for place, row in enumerate(sampled.tolist()):
            documents = self._shuffled(source, task, str(row))
            base = outcome.sample[place : place + 1, documents]
            why, run = self._differs(source, task, Part(np.array([row]), documents), base)
            if why:
                return _Asking(tuple(self._explain(source, task, outcome, place, documents)))
            alone_s.append(run.calls[0].cpu_s)
        return _Asking(alone_s=tuple(alone_s))

    def _explain(
        self, source: str, task: PreparedTask, outcome: Outcome, place: int, documents: NDArray[np.int64]
    ) -> list[Finding]:
        """Whether it was the order of the documents, or that the query stood alone."""
        assert outcome.sample is not None
        everything, row = np.arange(task.inputs.n_documents), task.sampled(source)[place]
        base = outcome.sample[place : place + 1]
        alone, _ = self._differs(source, task, Part(np.array([row]), everything), base)
        found = self._order(source, task, outcome, documents)
        if alone or not found:
            why = alone or "its scores differ once the documents stand in another order, too"
            sentence = f"A query alone does not get what it gets in a batch: {why}; {_REPAIR}"
            found.append(Finding(TRANSDUCTIVE, task.name, sentence))
        return found

    def _order(self, source: str, task: PreparedTask, outcome: Outcome, documents: NDArray[np.int64]) -> list[Finding]:
        assert outcome.sample is not None
        queries, compared = self._together(source, task)
        why, _ = self._differs(source, task, Part(queries, documents), outcome.sample[:, documents], compared)
        if not why:
            return []
        sentence = f"With the documents in another order {why}; break ties by nothing, and use no position."
        return [Finding(ORDER_DEPENDENT, task.name, sentence)]

    def _together(self, source: str, task: PreparedTask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Queries to ask together, and which of these are the sampled ones: all, where programs are given all."""
        sampled = task.sampled(source)
        return (sampled, np.arange(len(sampled))) if task.inductive else (np.arange(task.inputs.n_queries), sampled)

    def _differs(
        self,
        source: str,
        task: PreparedTask,
        part: Part,
        base: NDArray[np.float32],
        compared: NDArray[np.int64] | None = None,
    ) -> tuple[str, Execution]:
        """How the program's scores of a part differ from `base`, empty where they do not; and the run.

        Of the scores the rows `compared` are, by default all.
        """
        run = self._run(source, task, part)
        if _equal_all_along(run, base, task.inputs):
            return "", run
        if run.scores is None:
            return f"it ends otherwise ({run.reason.rstrip('.')})", run
        scores = part.spread(run.scores, task.inputs)
        return differ(base, scores if compared is None else scores[compared]), run

    def _routing(self, source: str, task: PreparedTask, outcome: Outcome) -> list[Finding]:
        """A task of another shape, with other words, must be ranked by much the same program."""
        agreed = self.agreement(source, task, outcome)
        if agreed >= MIN_AGREEMENT:
            return []
        sentence = f"With a part of the documents it ranks them otherwise: rank correlation {agreed:.2f}."
        return [Finding(ROUTES, task.name, sentence)]

    def agreement(self, source: str, task: PreparedTask, outcome: Outcome) -> float:
        """Rank correlation of a program's scores with those it gives where a part of the documents is missing.

        Of the sampled queries; 0 where the program then ends otherwise. `outcome` must have ended OK.
        """
        assert outcome.sample is not None
        documents = self._kept(source, task, outcome.sample)
        queries, compared = self._together(source, task)
        part = Part(queries, documents)
        run = self._run(source, task, part)
        if run.scores is None:
            return 1.0 if _equal_all_along(run, outcome.sample[:, documents], task.inputs) else 0.0
        scores = part.spread(run.scores, task.inputs)
        return agreement(outcome.sample[:, documents], scores[compared])

    def scores(self, source: str, task: PreparedTask, rows: NDArray[np.int64]) -> Scores | None:
        """What a program gives the queries at these places, asked together, float32 (n, N) in the order shown.

        None where it fails. Raises JobError when the harness itself keeps failing.
        """
        part = Part(rows, np.arange(task.inputs.n_documents))
        run = self._run(source, task, part)
        return None if run.scores is None else part.spread(run.scores, task.inputs)

    def _kept(self, source: str, task: PreparedTask, sample: Scores) -> NDArray[np.int64]:
        """A part of the documents, with those that come first for the sampled queries: much may hang on them."""
        cosine = similarity_of(task.inputs, task.sampled(source))
        first = np.argsort(-np.vstack([sample, cosine]), axis=1)[:, :TOP]
        drawn = self._shuffled(source, task, "kept")[: round(KEPT_SHARE * task.inputs.n_documents)]
        return np.union1d(first, drawn)

    def _shuffled(self, source: str, task: PreparedTask, what: str) -> NDArray[np.int64]:
        generator = task.secret.generator(task.task.fingerprint, source, "shuffled", what)
        return generator.permutation(task.inputs.n_documents)

    def _run(self, source: str, task: PreparedTask, part: Part) -> Execution:
        run, embed, limits = self._sandbox.run, partial(self._embed, task.task), task.limits
        return self._tried(lambda: run(source, task.inputs, part, embed=embed, limits=limits), task)

    def _tried(self, once: Callable[[], Execution], task: PreparedTask) -> Execution:
        execution = attempt(once)
        _log.debug("audit on %s: %s after %.2f s", task.name, execution.verdict.value, execution.wall_s)
        if execution.verdict is Verdict.HARNESS_ERROR:
            raise JobError(
                f"The harness failed {ATTEMPTS} times during an audit on task {task.name}: {execution.reason}"
            )
        return execution

    def _embed(self, task: RetrievalTask, request: EmbedRequest) -> NDArray[np.float32] | MultiVectors:
        try:
            return self._encoder.embed(request.texts, told_of(task, options_of(request))).asked
        except EncodeRefused as refusal:
            raise EmbedRefused(str(refusal)) from refusal


_REPAIR = (
    "take statistics over the documents of one query (axis=1), or over the corpus, and never over the batch's queries."
)


def _equal_all_along(run: Execution, base: NDArray[np.float32], inputs: TaskInputs) -> bool:
    """Whether a run without a result for equal scores alone repeats scores that were equal before.

    A query whose words no document has is such a one: among others its row of zeros is no failure of the program.
    """
    return run.verdict is Verdict.CONSTANT and not inputs.layout.shortlist and bool((base == base[:, :1]).all())


def poisoned_sandbox(*, level: str, allow_primitives: bool) -> Sandbox:
    """A sandbox that shows up programs which depend on hash order or on uninitialised memory."""
    return Sandbox(level=level, allow_primitives=allow_primitives, hash_seed=4242, malloc_perturb=0xA5)


def quotations(source: str, texts: Collection[str]) -> list[Finding]:
    """Whether a program's strings are taken from the texts that it is judged on, hidden ones included.

    The sentence does not repeat the quotation, as it may be of a hidden task.
    """
    literals = [
        node.value
        for node in ast.walk(syntax_tree(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) >= QUOTE_CHARS
    ]
    if not literals:
        return []
    quoted = sum(any(literal in text for text in texts) for literal in set(literals))
    return [Finding(QUOTES_TEXTS, "", f"It quotes the tasks' texts {counted(quoted, 'time')}.")] if quoted else []
