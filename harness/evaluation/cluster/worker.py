"""One program at a time in the sandbox of a node, step by step: whoever asked answers what the program asks for."""

import queue
import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.audit import poisoned_sandbox
from harness.evaluation.cluster.shipping import Held
from harness.evaluation.part import Part, opened
from sandbox import EmbedRefused, EmbedRequest, Execution, Limits, Sandbox, SandboxError, TaskInputs
from sandbox.vectors import Ragged


@dataclass(frozen=True)
class Job:
    """A program to run."""

    source: str
    held: Held
    limits: Limits
    part: Part | None
    """The part of the task to run it on; None for all of it."""
    poisoned: bool
    takes: bool
    """Whether scores are told batch by batch; otherwise the execution holds them."""


@dataclass(frozen=True)
class Scored:
    """Scores of a batch of queries, from the place of its first."""

    first: int
    scores: NDArray[np.float32]


@dataclass(frozen=True)
class Broken:
    """The sandbox cannot do its job here; one sentence."""

    reason: str
    lost: bool = False
    """Whether the node's memory of the task is gone."""


@dataclass(frozen=True)
class Refused:
    """The encoder does not do what a program asked for; one sentence."""

    reason: str


@dataclass(frozen=True)
class Failed:
    """What a program asked for could not be had, which is a fault of the harness."""

    reason: str


Step = EmbedRequest | Scored | Execution | Broken
"""Texts to be encoded, scores to be taken, or the end."""
Answer = NDArray[np.float32] | Ragged | Refused | Failed | None
"""Vectors for texts, nothing for scores."""


class Worker:
    """An actor. `begin` runs a program up to its first step, `go_on` from an answer to the next one.

    So a request costs one call there and back, and a program waits while its scores are taken, as it does in a process
    of this machine.
    """

    def __init__(self, level: str, allow_primitives: bool) -> None:
        self._level, self._primitives = level, allow_primitives
        self._sandboxes: dict[bool, Sandbox] = {}
        self._inputs: dict[str, TaskInputs] = {}
        self._steps: queue.SimpleQueue[Step] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        threading.Thread(target=self._serve, name="programs", daemon=True).start()

    def ready(self) -> str:
        """Start the sandbox; why it does not start, or nothing."""
        try:
            self._sandbox(poisoned=False)
        except SandboxError as error:
            return str(error)
        return ""

    def begin(self, job: Job) -> Step:
        """Run a program up to its first step."""
        self._jobs.put(job)
        return self._steps.get()

    def go_on(self, answer: Answer) -> Step:
        """Let the program go on with an answer, up to its next step."""
        self._answers.put(answer)
        return self._steps.get()

    def forget(self, key: str) -> None:
        """Let go of a task."""
        if key in self._inputs:
            self._inputs.pop(key).close()

    def _serve(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                self._steps.put(self._run(job))
            except _Gone as gone:
                self._steps.put(Broken(str(gone), lost=True))
            except SandboxError as error:
                self._steps.put(Broken(str(error)))
            except BaseException as error:  # whoever waits for the step must hear of it
                self._steps.put(Broken(f"{type(error).__name__}: {error}"))

    def _run(self, job: Job) -> Execution:
        inputs = self._open(job.held)
        with opened(inputs, job.part) as asked:
            return self._sandbox(job.poisoned).run(
                job.source, asked, embed=self._embed, limits=job.limits, take=self._take if job.takes else None
            )

    def _open(self, held: Held) -> TaskInputs:
        if held.key not in self._inputs:
            try:
                self._inputs[held.key] = held.open()
            except OSError as error:
                raise _Gone(f"The task is no longer in the memory of its node ({error}).") from error
        return self._inputs[held.key]

    def _embed(self, request: EmbedRequest) -> NDArray[np.float32] | Ragged:
        self._steps.put(request)
        answer = self._answers.get()
        if isinstance(answer, Refused):
            raise EmbedRefused(answer.reason)
        if isinstance(answer, Failed) or answer is None:
            raise RuntimeError(answer.reason if answer else "no vectors were given")
        return answer

    def _take(self, first: int, scores: NDArray[np.float32]) -> None:
        self._steps.put(Scored(first, scores))
        self._answers.get()

    def _sandbox(self, poisoned: bool) -> Sandbox:
        if poisoned not in self._sandboxes:
            start = poisoned_sandbox if poisoned else Sandbox
            self._sandboxes[poisoned] = start(level=self._level, allow_primitives=self._primitives)
        return self._sandboxes[poisoned]


class _Gone(Exception):
    """Whoever held a task on this node has died."""
