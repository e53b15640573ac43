"""Where programs run: one program on one task, asked for from any thread, answered by a future."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from harness import plugins
from harness.encoders.cached import CachedEncoder
from harness.encoders.fingerprint import SENTENCES
from harness.encoders.meter import Cost, Meter
from harness.encoders.protocol import EmbedOptions, EncodeRefused
from harness.errors import JobError
from harness.evaluation.evaluate import Outcome, outcome_of
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.scoring import Scoring
from harness.settings import ExecutorSettings
from primitives import MultiVectors, programs
from sandbox import Backend, EmbedCallback, EmbedRefused, EmbedRequest, Execution
from sandbox.verdicts import Verdict

_log = logging.getLogger(__name__)

ATTEMPTS = 3
"""Tries of one program on one task when the harness, not the program, fails."""


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


class LocalExecutor:
    """Runs programs in the sandbox of this process; close the sandbox first where runs are to end at once."""

    def __init__(self, encoder: CachedEncoder, sandbox: Backend, workers: int) -> None:
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
            embed = self._embedder(meter, index_meter)
            return self._sandbox.run(source, task.inputs, embed=embed, limits=task.limits, take=scoring.take)

        execution = attempt(once)
        if execution.verdict is not Verdict.HARNESS_ERROR or self._works(task):
            cost = meter.cost + index_meter.cost
            _log.debug(
                "on %s: %s after %.2f s, %.2f s of them computing; %s",
                task.name, execution.verdict.value, execution.wall_s, execution.cpu_s, cost,
            )  # fmt: skip
            return outcome_of(task, execution, cost, index_meter.cost, scoring)
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
        identity = self._sandbox.run(programs.source("identity"), task.inputs, embed=_no_texts, limits=task.limits)
        return identity.verdict is Verdict.OK

    def _embedder(self, meter: Meter, index_meter: Meter) -> EmbedCallback:
        """Answer a program's `embed_fn`, and meter what it asks for whether or not it can be had.

        What its `index` asks for goes to `index_meter`.
        """

        def embed(request: EmbedRequest) -> NDArray[np.float32] | MultiVectors:
            counted = index_meter if request.indexing else meter
            try:
                embedded = self._encoder.embed(request.texts, options_of(request))
            except EncodeRefused as refusal:
                counted.add(Cost(texts=len(request.texts)))
                raise EmbedRefused(str(refusal)) from refusal
            counted.add(embedded.cost)
            return embedded.asked

        return embed


MakeExecutor = Callable[[CachedEncoder, Backend, int], Executor]
"""From an encoder, the backend that confines programs here and a number of workers to an executor."""

KINDS: Mapping[str, MakeExecutor] = {"local": LocalExecutor}


def find_executor(settings: ExecutorSettings) -> MakeExecutor:
    """What makes the executor that the settings name, built in or brought by a package.

    Raises UsageError for an unknown name or option, JobError where a package cannot be imported.
    """
    make: MakeExecutor = plugins.choose(
        plugins.EXECUTORS, settings.kind, KINDS, takes=("encoder", "backend", "workers"), options=settings.options
    )
    return make


def attempt(once: Callable[[], Execution]) -> Execution:
    """What `once` gives when the harness does not fail; what it gave last where it fails every time."""
    for _ in range(ATTEMPTS):
        execution = once()
        if execution.verdict is not Verdict.HARNESS_ERROR:
            break
        _log.info("the harness failed, not the program: %s", execution.reason)
    return execution


def options_of(request: EmbedRequest) -> EmbedOptions:
    """What a program asked for, beside its texts."""
    return EmbedOptions(request.role, request.adapter, request.dim, request.max_tokens, request.vectors)


def _no_texts(request: EmbedRequest) -> NDArray[np.float32]:
    raise EmbedRefused("The identity asks for no texts.")
