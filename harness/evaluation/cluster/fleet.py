"""The workers of a cluster: which nodes take part, how many workers each has, and whose turn it is.

One thread looks after them. It places workers on nodes that join, forgets those that leave, and starts a new worker
where one died. A node runs the sandbox's self-test before its first worker starts, and is refused below the level
asked for, with other versions than here, or, with `classes=one`, where it computes otherwise than the others.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from harness.errors import JobError
from harness.evaluation.cluster.node import Node, own_versions
from harness.evaluation.cluster.seats import Census, Seat, Station
from harness.evaluation.cluster.shipping import Held, Shipped
from harness.evaluation.cluster.work import WorkLog
from harness.evaluation.cluster.worker import Worker
from harness.evaluation.lost import RunLost
from harness.machine import record as machine
from harness.text import plain

_log = logging.getLogger(__name__)

LOOK_S = 0.5
"""Seconds between two looks at the nodes where nothing happens."""
FIRST_LOOK_S = 0.02
STARTS = 10
"""Failures of a node or of its workers to start, one after another, before it is left aside."""
PATIENCE_S = 120.0
"""How long a program waits where no node takes part, before that is an error."""
HOLD_S = 300.0
"""How long a node may take to get a task, which is at most some gigabytes, before it is left aside."""


class Closed(Exception):
    """The fleet takes no more runs."""


class Fleet:
    """Workers on the nodes of the cluster that this process is connected to. Close it to end them all."""

    def __init__(
        self,
        *,
        workers: int | None,
        level: str,
        allow_primitives: bool,
        one_class: bool,
        tell: Callable[[str], None] = lambda sentence: None,
        hold_s: float = HOLD_S,
    ) -> None:
        """`workers` is the most in all, None one for each processor core; `tell` hears of nodes left aside."""
        self._most = workers
        self._hold_s = hold_s
        self._level, self._primitives = level, allow_primitives
        self._one_class = one_class
        self._tell = tell
        self.work = WorkLog()
        """What the machines did."""
        self._changed = threading.Condition()
        self._stations: dict[str, Station] = {}
        self._idle: list[Seat] = []
        self._busy: set[Seat] = set()
        self._queue: list[object] = []
        self._chosen = ""
        """The class of all workers, where there is to be one."""
        self._closed = False
        self._lonely_since = time.monotonic()
        self._look()  # so that its size is known from the start
        self._keeper = threading.Thread(target=self._keep, name="fleet", daemon=True)
        self._keeper.start()

    def census(self) -> Census:
        """What takes part now."""
        with self._changed:
            taking = [station for station in self._stations.values() if station.workers]
            n_workers = sum(len(station.workers) for station in taking)
            return Census(len(taking), n_workers, len(self._busy), len(self._queue))

    @property
    def stations(self) -> list[Station]:
        """The nodes that are known now, those left aside among them."""
        with self._changed:
            return list(self._stations.values())

    @property
    def size(self) -> int:
        """Workers that there are or soon will be, at least 1."""
        with self._changed:
            counted = sum(station.seats for station in self._stations.values() if not station.refusal)
        return max(1, counted if self._most is None else min(counted or self._most, self._most))

    def lease(self) -> Seat:
        """A worker for a run, first come first served. Raises JobError where no node takes part, Closed at the end."""
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            try:
                while not self._closed and not (self._idle and self._queue[0] is ticket):
                    self._changed.wait(1.0)
                    self._require_somebody()
                if self._closed:
                    raise Closed
                seat = self._idle.pop()
                self._busy.add(seat)
                return seat
            finally:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def give_back(self, seat: Seat) -> None:
        """The run is over."""
        with self._changed:
            if seat in self._busy:
                self._busy.remove(seat)
                self._idle.append(seat)
            self._changed.notify_all()

    def drop(self, seat: Seat) -> None:
        """End a worker that is lost, or whose run nobody waits for; another takes its place."""
        import ray

        with self._changed:
            self._busy.discard(seat)
            if seat in self._idle:
                self._idle.remove(seat)
            if seat in seat.station.workers:
                seat.station.workers.remove(seat)
            self._changed.notify_all()
        ray.kill(seat.worker)

    def hold(self, seat: Seat, shipped: Shipped) -> Held:
        """Where a worker finds a task, which its node gets when first asked.

        Raises a RayError of a lost node, RunLost where the node has no room for it and is left aside from now on.
        """
        import ray

        with self._changed:
            known = seat.station.held.get(shipped.key)
            if known is None:
                known = seat.station.actor.hold.remote(shipped.key, shipped.layout, shipped.data, shipped.similarity)
                seat.station.held[shipped.key] = known
        try:
            return Held(shipped.key, shipped.layout, ray.get(known, timeout=self._hold_s), shipped.similarity)
        except ray.exceptions.GetTimeoutError as error:  # Ray waits for room without an end
            self._refuse(
                seat.station,
                f"it did not get a task within {self._hold_s:.0f} s; see whether Ray's object store there and the disk "
                "that it spills to are full.",
            )
            self._end_workers(seat.station)
            raise RunLost("A node of the cluster has no room for a task.") from error

    def forget(self, shipped: Shipped) -> None:
        """Have all nodes let go of a task."""
        with self._changed:
            for station in self._stations.values():
                if station.held.pop(shipped.key, None) is not None:
                    station.actor.release.remote(shipped.key)
                for seat in station.workers:
                    seat.worker.forget.remote(shipped.key)

    def lose(self, station: Station) -> None:
        """Forget a node whose holder of tasks is gone; if it is still there, it starts afresh."""
        import ray

        with self._changed:
            self._stations.pop(station.id, None)
        self._end_workers(station)
        ray.kill(station.actor)

    def _end_workers(self, station: Station) -> None:
        import ray

        with self._changed:
            gone = [*station.workers, *station.starting.values()]
            self._idle = [seat for seat in self._idle if seat.station is not station]
            self._busy = {seat for seat in self._busy if seat.station is not station}
            station.workers, station.starting = [], {}
        for seat in gone:
            ray.kill(seat.worker)

    def close(self) -> None:
        """End every worker at once: runs in progress are lost, and whoever waits hears of it. Twice is once."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        self._keeper.join()
        for station in list(self._stations.values()):
            self.lose(station)

    def _require_somebody(self) -> None:
        if any(not station.refusal for station in self._stations.values()):
            self._lonely_since = time.monotonic()
            return
        refusals = sorted({station.refusal for station in self._stations.values()})
        if refusals or time.monotonic() - self._lonely_since > PATIENCE_S:
            raise JobError(" ".join(refusals) or "The Ray cluster has no node with a free processor core; add one.")

    def _keep(self) -> None:
        while not self._closed:
            try:
                pending = self._look()
            except Exception as error:  # a cluster that is partitioned, say: what is lost shows where it is used
                _log.warning("the cluster could not be looked at: %s", error)
                pending = False
            with self._changed:
                if not self._closed:
                    self._changed.wait(FIRST_LOOK_S if pending else LOOK_S)

    def _look(self) -> bool:
        """Act on what has changed; whether something is about to."""
        import ray

        alive = {node["NodeID"]: int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]}
        for gone in [station for station in self._stations.values() if station.id not in alive]:
            _log.info("node %s left", gone.id[:8])
            self.lose(gone)
        for node_id, cores in alive.items():
            if cores and node_id not in self._stations:
                self._meet(node_id, cores)
        for station in list(self._stations.values()):
            self._hear(station)
        self._choose_class()
        for station in list(self._stations.values()):
            self._staff(station)
        return any(station.reporting or station.starting for station in self._stations.values())

    def _meet(self, node_id: str, cores: int) -> None:
        import ray

        actor = ray.remote(Node).options(num_cpus=0, scheduling_strategy=_on(node_id), max_concurrency=4).remote()
        station = Station(node_id, cores, actor, actor.report.remote(self._level))
        with self._changed:
            self._stations[node_id] = station

    def _hear(self, station: Station) -> None:
        """Take a node's report, if it is there."""
        import ray

        if station.reporting is None or not ray.wait([station.reporting], timeout=0)[0]:
            return
        try:
            station.report = ray.get(station.reporting)
        except ray.exceptions.RayError as error:
            self._fail(station, f"it does not start ({_first_line(error)})")
            station.actor = ray.remote(Node).options(num_cpus=0, scheduling_strategy=_on(station.id)).remote()
            station.reporting = None if station.refusal else station.actor.report.remote(self._level)
            return
        station.reporting = None
        report, here = station.report, own_versions()
        if report.refusal:
            self._refuse(station, report.refusal)
        elif report.versions != here:
            other = ", ".join(
                f"{name} {report.versions.get(name, 'none')} instead of {here[name]}"
                for name in here
                if report.versions.get(name) != here[name]
            )
            self._refuse(station, f"it has {other}; install there what is installed here.")
        _log.info("node %s: %d cores, %s, %s", station.id[:8], station.seats, report.computing_class, report.isolation)

    def _choose_class(self) -> None:
        """Where all workers are to be of one class: that of this machine if any is, else the most frequent one."""
        stations = [station for station in self._stations.values() if not station.refusal]
        if not self._one_class or any(station.report is None for station in stations):
            return
        reports = [station.report for station in stations if station.report]
        if not self._chosen and reports:
            seats = Counter({station.report.computing_class: 0 for station in stations if station.report})
            for station in stations:
                seats[station.report.computing_class if station.report else ""] += station.seats
            own = machine.computing_class()
            self._chosen = own if own in seats else max(sorted(seats), key=seats.__getitem__)
        for station in stations:
            if station.report and station.report.computing_class != self._chosen:
                self._refuse(
                    station,
                    f"it computes as {station.report.computing_class} and the others as {self._chosen}, so last digits "
                    "may differ; set executor.classes=any to use it.",
                )

    def _staff(self, station: Station) -> None:
        """Start the workers that a node lacks, and take those that are ready."""
        import ray

        if station.refusal or station.report is None or (self._one_class and not self._chosen):
            return
        starting = list(station.starting)
        for reference in ray.wait(starting, num_returns=len(starting), timeout=0)[0] if starting else ():
            seat = station.starting.pop(reference)
            try:
                refusal = ray.get(reference)
            except ray.exceptions.RayError as error:
                refusal = f"its workers do not start ({_first_line(error)})."
            if refusal:
                self._fail(station, refusal)
                continue
            with self._changed:
                station.failures = 0
                station.workers.append(seat)
                self._idle.append(seat)
                self._changed.notify_all()
        while not station.refusal and len(station.workers) + len(station.starting) < self._room(station):
            worker = (
                ray.remote(Worker)
                .options(num_cpus=1, scheduling_strategy=_on(station.id), max_concurrency=2)
                .remote(self._level, self._primitives)
            )
            station.starting[worker.ready.remote()] = Seat(worker, station)

    def _room(self, station: Station) -> int:
        """Workers that a node may have, beside those of others."""
        if self._most is None:
            return station.seats
        others = [other for other in self._stations.values() if other is not station]
        return min(station.seats, self._most - sum(len(other.workers) + len(other.starting) for other in others))

    def _fail(self, station: Station, why: str) -> None:
        station.failures += 1
        _log.info("node %s: %s", station.id[:8], why)
        if station.failures >= STARTS:
            self._refuse(station, why)

    def _refuse(self, station: Station, why: str) -> None:
        with self._changed:
            if station.refusal:
                return
            station.refusal = f"Node {station.id[:8]} of the cluster is left aside: {plain(why, 600)}"
            self._changed.notify_all()
        self._tell(station.refusal)


def _on(node_id: str) -> Any:
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return NodeAffinitySchedulingStrategy(node_id, soft=False)


def _first_line(error: Exception) -> str:
    return plain(str(error).strip().splitlines()[0], 200).rstrip(".") if str(error).strip() else type(error).__name__
