"""Where programs run: one program on one task, asked for from any thread, answered by a future."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from archive import WorkRecord
from harness import plugins
from harness.encoders.cached import CachedEncoder
from harness.encoders.fingerprint import SENTENCES
from harness.encoders.meter import Cost, Meter
from harness.encoders.protocol import EmbedOptions, EncodeRefused
from harness.errors import JobError
from harness.evaluation.evaluate import Outcome, outcome_of
from harness.evaluation.instructions import told_of
from harness.evaluation.lost import RunLost
from harness.evaluation.part import Runs
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.scoring import Scoring
from harness.settings import ExecutorSettings
from harness.tasks.task import RetrievalTask
from primitives import MultiVectors, programs
from sandbox import Backend, EmbedCallback, EmbedRefused, EmbedRequest, Execution, Limits, Take, TaskInputs
from sandbox.verdicts import Verdict

_log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Tries of one program on one task when the harness, not the program, fails."""
LOST = 100
"""Machines that may be lost in the middle of one run before that is an error."""


class Executor(Protocol):
    """Runs programs on prepared tasks, on this machine or on others.

    Same source, same task and same encoder give the same outcome, whichever executor ran it. A failure of the harness
    itself is never charged to a program.
    """

    @property
    def workers(self) -> int:
        """Programs that run at the same time, each on one task."""

    def submit(self, source: str, task: PreparedTask) -> Future[Outcome]:
        """Run a program on one task when there is room.

        The future raises JobError where the harness fails on anything, and CancelledError where it was cancelled before
        it began.
        """

    def close(self) -> None:
        """Begin no more runs and wait for those in progress; the inputs of tasks may be freed only after this."""


class Confined(Protocol):
    """The part of a Backend that runs programs."""

    def run(
        self,
        source: str,
        inputs: TaskInputs,
        *,
        embed: EmbedCallback,
        limits: Limits | None = None,
        take: Take | None = None,
    ) -> Execution:
        """See `sandbox.Backend`; RunLost where the machine of a run is gone."""


@runtime_checkable
class RunsAudits(Protocol):
    """An executor that also runs what audits ask, where it runs programs; for others it is run here."""

    def runs(self, *, poisoned: bool) -> Runs:
        """What runs programs there, `poisoned` as `poisoned_sandbox` does."""


@runtime_checkable
class TellsMachines(Protocol):
    """An executor on several machines."""

    def summary(self) -> str:
        """Which machines took part so far and what they did, in one sentence for the record of a run."""


@runtime_checkable
class CountsWork(Protocol):
    """An executor on several machines that counts what each of them does."""

    def work(self, numbers: Mapping[str, int]) -> Sequence[WorkRecord]:
        """What each machine did for each program so far; `numbers` has a program's number in the run by its source."""


class LocalExecutor:
    """Runs programs in the sandbox of this process; close the sandbox first where runs are to end at once."""

    def __init__(self, encoder: CachedEncoder, sandbox: Confined, workers: int) -> None:
        self.workers = workers
        self._encoder = encoder
        self._sandbox = sandbox
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="task")

    def submit(self, source: str, task: PreparedTask) -> Future[Outcome]:
        """See Executor."""
        return self._pool.submit(self.run, source, task)

    def close(self) -> None:
        """See Executor."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def run(self, source: str, task: PreparedTask) -> Outcome:
        """Run a program on one task.

        A failure of the harness itself is never charged to the program. Where it keeps failing on this one alone (its
        texts are too much for the encoder, say), that is the outcome's verdict; where it fails on anything, JobError.
        """
        sampled = task.sampled(source)
        meter, index_meter, scoring = Meter(), Meter(), Scoring(task, sampled)

        def once() -> Execution:
            nonlocal meter, index_meter, scoring
            meter, index_meter, scoring = Meter(), Meter(), Scoring(task, sampled)
            embed = self._embedder(task.task, meter, index_meter)
            return self._sandbox.run(source, task.inputs, embed=embed, limits=task.limits, take=scoring.take)

        execution = attempt(once)
        if execution.verdict is not Verdict.HARNESS_ERROR or self._works(task):
            cost = meter.cost + index_meter.cost
            _log.debug(
                "on %s: %s after %.2f s, %.2f s of them computing; %s",
                task.name, execution.verdict.value, execution.wall_s, execution.cpu_s, cost,
            )  # fmt: skip
            return outcome_of(source, task, execution, cost, index_meter.cost, scoring)
        raise JobError(
            f"The harness failed {ATTEMPTS} times on task {task.name}: {execution.reason} Nothing was recorded of the "
            "program; when the cause is fixed, `ttc resume` goes on with it."
        )

    def _works(self, task: PreparedTask) -> bool:
        """Whether encoder and sandbox do their work when nothing is asked of them but the usual."""
        try:
            self._encoder.encoder.encode(SENTENCES)
        except Exception:  # whatever a library raises when its device is gone
            return False
        source = programs.source("identity")
        run = partial(self._sandbox.run, source, task.inputs, embed=no_texts, limits=task.limits)
        return _found(run).verdict is Verdict.OK

    def _embedder(self, task: RetrievalTask, meter: Meter, index_meter: Meter) -> EmbedCallback:
        """Answer a program's `embed_fn`, and meter what it asks for whether or not it can be had.

        What its `index` asks for goes to `index_meter`.
        """

        def embed(request: EmbedRequest) -> NDArray[np.float32] | MultiVectors:
            counted = index_meter if request.indexing else meter
            try:
                embedded = self._encoder.embed(request.texts, told_of(task, options_of(request)))
            except EncodeRefused as refusal:
                counted.add(Cost(texts=len(request.texts), vectors=len(request.texts)))
                raise EmbedRefused(str(refusal)) from refusal
            counted.add(embedded.cost)
            return embedded.asked

        return embed


MakeExecutor = Callable[[CachedEncoder, Backend, int], Executor]
"""From an encoder, the backend that confines programs here and a number of workers to an executor."""


def _cluster_executor(encoder: CachedEncoder, backend: Backend, workers: int) -> Executor:
    """On a cluster of its own, which ends with it; `harness.evaluation.place` keeps one for a whole job."""
    from harness.evaluation.cluster.cluster import own_executor

    return own_executor(encoder, backend, workers)


KINDS: Mapping[str, MakeExecutor] = {"local": LocalExecutor, "ray": _cluster_executor}


def find_executor(settings: ExecutorSettings) -> MakeExecutor:
    """What makes the executor that the settings name, built in or brought by a package.

    Raises UsageError for an unknown name or option, JobError where a package cannot be imported.
    """
    make: MakeExecutor = plugins.choose(
        plugins.EXECUTORS, settings.kind, KINDS, takes=("encoder", "backend", "workers"), options=settings.options
    )
    return make


def attempt(once: Callable[[], Execution]) -> Execution:
    """What `once` gives when the harness does not fail; what it gave last where it fails every time.

    A run that is lost with its machine is repeated and no failure. Raises JobError where they are lost again and again.
    """
    for _ in range(ATTEMPTS):
        execution = _found(once)
        if execution.verdict is not Verdict.HARNESS_ERROR:
            break
        _log.info("the harness failed, not the program: %s", execution.reason)
    return execution


def _found(once: Callable[[], Execution]) -> Execution:
    for _ in range(LOST):
        try:
            return once()
        except RunLost as lost:
            _log.info("%s The run is made again.", lost)
            last = lost
    raise JobError(f"{LOST} machines were lost in the middle of one run: {last}")


def options_of(request: EmbedRequest) -> EmbedOptions:
    """What a program asked for, beside its texts."""
    return EmbedOptions(request.role, request.adapter, request.dim, request.max_tokens, request.vectors)


def no_texts(request: EmbedRequest) -> NDArray[np.float32]:
    """An EmbedCallback for the identity, which asks for none."""
    raise EmbedRefused("The identity asks for no texts.")
