"""Runs of programs on the workers of a fleet, driven from here: embeddings and scores stay on this side."""

import threading
import uuid
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import JobError
from harness.evaluation.cluster.fleet import Closed, Fleet
from harness.evaluation.cluster.seats import Seat
from harness.evaluation.cluster.shipping import Shipped, ship
from harness.evaluation.cluster.worker import Answer, Broken, Failed, Job, Refused, Scored, Step
from harness.evaluation.lost import RunLost
from harness.evaluation.part import Part
from harness.text import counted
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
        finished, node, counting = False, seat.station.id, _Counting(embed)
        try:
            if self._seated is not None:
                self._seated(seat)
            execution = self._converse(seat, source, shipped, part, limits, counting, take)
            finished = True
            self._fleet.work.ran(node, source, wall_s=execution.wall_s, cpu_s=execution.cpu_s, texts=counting.n_texts)
            return execution
        except RunLost:
            self._fleet.work.lost(node, source)
            raise
        finally:
            if finished:
                self._fleet.give_back(seat)
            else:
                self._fleet.drop(seat)  # whatever interrupted it, the program may run on there

    def _converse(
        self,
        seat: Seat,
        source: str,
        shipped: Shipped,
        part: Part | None,
        limits: Limits,
        embed: EmbedCallback,
        take: Take | None,
    ) -> Execution:
        import ray

        try:
            held = self._fleet.hold(seat, shipped)
        except ray.exceptions.RayError as error:
            self._fleet.lose(seat.station)
            raise RunLost(f"A node of the cluster is gone ({type(error).__name__}).") from error
        job = Job(source, held, limits, part, self._poisoned, takes=take is not None)
        step = _awaited(seat.worker.begin.remote(job))
        while isinstance(step, EmbedRequest | Scored):
            answer: Answer = None
            if isinstance(step, EmbedRequest):
                answer = _answer(step, embed)
            elif take is not None:
                take(step.first, step.scores)
            step = _awaited(seat.worker.go_on.remote(answer))
        if isinstance(step, Broken):
            if step.lost:
                self._fleet.lose(seat.station)
                raise RunLost(step.reason)
            return Execution(Verdict.HARNESS_ERROR, step.reason)
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


def _awaited(reference: Any) -> Step:
    import ray

    try:
        step: Step = ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        return Broken(str(error.cause).strip(), lost=isinstance(error.cause, ray.exceptions.RayError))
    except ray.exceptions.RayError as error:
        raise RunLost(f"A worker of the cluster is gone ({type(error).__name__}).") from error
    return step


def _answer(request: EmbedRequest, embed: EmbedCallback) -> "NDArray[np.float32] | Ragged | Refused | Failed":
    try:
        return embed(request)
    except EmbedRefused as refusal:
        return Refused(str(refusal))
    except Exception as error:  # whatever a library raises: the run ends with it, as it does on this machine
        return Failed(f"{type(error).__name__}: {error}")
