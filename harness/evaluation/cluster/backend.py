"""Runs of programs on the workers of a fleet, driven from here: embeddings and scores stay on this side."""

import threading
import uuid
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import JobError
from harness.evaluation.cluster.fleet import Fleet
from harness.evaluation.cluster.meeting import told
from harness.evaluation.cluster.seats import Seat
from harness.evaluation.cluster.shipping import Shipped, ship
from harness.evaluation.cluster.turns import Closed
from harness.evaluation.cluster.worker import Answer, Broken, Failed, Job, Refused, Scored, Step
from harness.evaluation.executor import no_texts
from harness.evaluation.lost import RunLost
from harness.evaluation.part import Part
from harness.text import counted, plain
from primitives import programs
from sandbox import (
    EmbedCallback,
    EmbedRefused,
    EmbedRequest,
    Execution,
    Limits,
    SandboxError,
    Take,
    TaskInputs,
    Verdict,
)
from sandbox.vectors import Ragged


class _Counting:
    """Embeds, and counts the texts that it was asked for."""

    def __init__(self, embed: EmbedCallback) -> None:
        self._embed = embed
        self.n_texts = 0

    def __call__(self, request: EmbedRequest) -> "NDArray[np.float32] | Ragged":
        self.n_texts += len(request.texts)
        return self._embed(request)


class FleetRuns:
    """A Runs whose programs run where there is room in a fleet; several threads may use it.

    Raises RunLost where a worker or its node is gone: that says nothing of the program, and the run may be repeated.
    """

    def __init__(self, fleet: Fleet, shelf: "Shelf", *, poisoned: bool = False, seated: "Seated | None" = None) -> None:
        """`seated` hears which worker a run got."""
        self._fleet = fleet
        self._shelf = shelf
        self._poisoned = poisoned
        self._seated = seated

    def run(
        self,
        source: str,
        inputs: TaskInputs,
        part: Part | None = None,
        *,
        embed: EmbedCallback,
        limits: Limits | None = None,
        take: Take | None = None,
    ) -> Execution:
        """See Runs."""
        shipped = self._shelf.shipped(inputs)
        limits = limits or Limits.for_inputs(inputs)
        try:
            seat = self._fleet.lease()
        except Closed as closed:
            raise SandboxError("The cluster's workers are closed; open new ones to run programs.") from closed
        node, counting = seat.station.id, _Counting(embed)
        try:
            if self._seated is not None:
                self._seated(seat)
            talk = _Conversation(self._fleet, seat, shipped, part, limits, self._poisoned)
            execution = talk.run(source, counting, take)
            well = execution.verdict is not Verdict.HARNESS_ERROR
            if not well and not talk.failed_here:
                talk.require_node(execution.reason)
        except BaseException as error:
            if isinstance(error, RunLost):
                self._fleet.work.lost(node, source)
            self._fleet.drop(seat)  # whatever interrupted it, the program may run on there
            raise
        self._fleet.give_back(seat, well=well)
        self._fleet.work.ran(node, source, wall_s=execution.wall_s, cpu_s=execution.cpu_s, texts=counting.n_texts)
        return execution


class _Conversation:
    """With one worker, on one task."""

    def __init__(
        self, fleet: Fleet, seat: Seat, shipped: Shipped, part: Part | None, limits: Limits, poisoned: bool
    ) -> None:
        self._fleet = fleet
        self._seat = seat
        self._shipped = shipped
        self._part = part
        self._limits = limits
        self._poisoned = poisoned
        self.failed_here = False
        """Whether what a program asked for could not be had on this side, of which the node is not guilty."""

    def run(self, source: str, embed: EmbedCallback, take: Take | None) -> Execution:
        """See Runs. Raises RunLost where the worker or its node is gone, or cannot do its work."""
        held = self._fleet.hold(self._seat, self._shipped)
        job = Job(source, held, self._limits, self._part, self._poisoned, takes=take is not None)
        step = self._awaited(self._seat.worker.begin.remote(job))
        while isinstance(step, EmbedRequest | Scored):
            answer: Answer = None
            if isinstance(step, EmbedRequest):
                answer = _answer(step, embed)
                self.failed_here = self.failed_here or isinstance(answer, Failed)
            elif take is not None:
                take(step.first, step.scores)
            step = self._awaited(self._seat.worker.go_on.remote(answer))
        if isinstance(step, Broken):
            if step.lost:
                self._fleet.lost_holder(self._seat, step.reason)
                raise RunLost(step.reason)
            return Execution(Verdict.HARNESS_ERROR, step.reason)
        return step

    def require_node(self, reason: str) -> None:
        """Raise RunLost where the node fails on anything: that says nothing of the program that failed for `reason`."""
        identity = self.run(programs.source("identity"), no_texts, None)
        if identity.verdict is Verdict.HARNESS_ERROR:
            reason = plain(identity.reason or reason, 300).rstrip(".")
            self._fleet.failed(self._seat, reason)
            raise RunLost(f"A node of the cluster fails on anything ({reason}).")

    def _awaited(self, reference: Any) -> Step:
        import ray

        try:
            step: Step = ray.get(reference)
        except ray.exceptions.RayTaskError as error:  # what it gave or was given found no room there, say
            self._fleet.failed(self._seat, told(error))
            raise RunLost(f"A worker of the cluster failed ({told(error)}).") from error
        except ray.exceptions.RayError as error:
            self._fleet.died(self._seat, type(error).__name__)
            raise RunLost(f"A worker of the cluster is gone ({type(error).__name__}).") from error
        return step


Seated = Callable[[Seat], None]


class Shelf:
    """The tasks that were put into the object store, once each; nodes forget a task when nobody here holds it."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._lock = threading.Lock()
        self._shipped: weakref.WeakKeyDictionary[TaskInputs, Shipped] = weakref.WeakKeyDictionary()

    def shipped(self, inputs: TaskInputs) -> Shipped:
        """A task's inputs in the object store. Raises JobError where that has no room."""
        with self._lock:
            known = self._shipped.get(inputs)
            if known is None:
                known = self._shipped[inputs] = _ship(inputs)
                weakref.finalize(inputs, self._fleet.forget, known).atexit = False
            return known

    def clear(self) -> None:
        """Let all nodes forget the tasks."""
        with self._lock:
            for shipped in self._shipped.values():
                self._fleet.forget(shipped)
            self._shipped.clear()


def _ship(inputs: TaskInputs) -> Shipped:
    import ray

    try:
        return ship(uuid.uuid4().hex, inputs)
    except (ray.exceptions.OutOfDiskError, ray.exceptions.ObjectStoreFullError) as error:
        full = "the disk that it spills to" if isinstance(error, ray.exceptions.OutOfDiskError) else "its memory"
        raise JobError(
            f"Ray's object store on this machine has no room for a task of "
            f"{counted(inputs.n_queries, 'query', 'queries')} and {counted(inputs.n_documents, 'document')}, as "
            f"{full} is full; free some, or start Ray with more --object-store-memory."
        ) from error


def _answer(request: EmbedRequest, embed: EmbedCallback) -> "NDArray[np.float32] | Ragged | Refused | Failed":
    try:
        return embed(request)
    except EmbedRefused as refusal:
        return Refused(str(refusal))
    except Exception as error:  # whatever a library raises: the run ends with it, as it does on this machine
        return Failed(f"{type(error).__name__}: {error}")
