"""Looks after the nodes of a cluster: meets those that join, forgets those that leave, starts workers that lack."""

import logging
import threading
import time
from dataclasses import dataclass

from harness.evaluation.cluster.meeting import choose_class, meet, refusal_of, start_worker, told
from harness.evaluation.cluster.roster import PATIENCE_S, Roster
from harness.evaluation.cluster.seats import Station

_log = logging.getLogger(__name__)

LOOK_S = 0.5
"""Seconds between two looks at the nodes where nothing happens."""
FIRST_LOOK_S = 0.02
STARTS = 5
"""Failures of a node or of its workers to start, one after another, before it is left aside."""


@dataclass(frozen=True)
class Wanted:
    """What workers are to be."""

    workers: int | None
    """The most in all; None for one a processor core."""
    level: str
    allow_primitives: bool
    one_class: bool


class Keeper:
    """A thread, until it is closed."""

    def __init__(self, roster: Roster, wanted: Wanted) -> None:
        self._roster = roster
        self._wanted = wanted
        self._chosen = ""
        """The class of all workers, where there is to be one."""
        self._closed = False
        self._look()  # so that the size of the fleet is known from the start
        self._thread = threading.Thread(target=self._keep, name="fleet", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        with self._roster.lock:
            self._closed = True
            self._roster.lacking.notify()
        self._thread.join()

    def _keep(self) -> None:
        while not self._closed:
            try:
                pending = self._look()
            except Exception as error:  # a cluster that is partitioned, say: what is lost shows where it is used
                _log.warning("the cluster could not be looked at: %s", error)
                pending = False
            with self._roster.lock:
                if not self._closed:
                    self._roster.lacking.wait(FIRST_LOOK_S if pending else LOOK_S)

    def _look(self) -> bool:
        """Act on what has changed; whether something is about to."""
        import ray

        alive = {node["NodeID"]: int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]}
        for gone in [station for station in self._roster.known() if station.id not in alive]:
            _log.info("node %s left", gone.id[:8])
            self._roster.lose(gone)
        for node_id, cores in alive.items():
            if cores and node_id not in self._roster.stations:
                station = meet(node_id, cores, self._wanted.level, self._roster.conduct(node_id))
                with self._roster.lock:
                    self._roster.stations[node_id] = station
        for station in self._roster.known():
            self._hear(station)
        self._choose_class()
        for station in self._roster.known():
            self._staff(station)
        return any(station.reporting or station.starting for station in self._roster.known() if not station.refusal)

    def _hear(self, station: Station) -> None:
        """Take a node's report, if it is there."""
        import ray

        if station.reporting is None or station.refusal:
            return
        if not ray.wait([station.reporting], timeout=0)[0]:
            if time.monotonic() - station.met > PATIENCE_S:
                why = f"it did not say within {PATIENCE_S:.0f} s what it is; look at its load and at its disk."
                self._roster.leave_aside(station, why)
            return
        try:
            report = station.report = ray.get(station.reporting)
        except ray.exceptions.RayError as error:
            self._fail(station, f"it does not start ({told(error)}).")
            if not station.refusal:
                again = meet(station.id, station.seats, self._wanted.level, station.conduct)
                station.actor, station.reporting = again.actor, again.reporting
            return
        station.reporting = None
        refusal = refusal_of(report)
        if refusal:
            self._roster.leave_aside(station, refusal)
        _log.info("node %s: %d cores, %s, %s", station.id[:8], station.seats, report.computing_class, report.isolation)

    def _choose_class(self) -> None:
        """Where all workers are to be of one class, leave aside nodes of others."""
        stations = [station for station in self._roster.known() if not station.refusal]
        if not self._wanted.one_class or any(station.report is None for station in stations):
            return
        self._chosen = self._chosen or choose_class(stations)
        for station in stations:
            if station.report and station.report.computing_class != self._chosen:
                self._roster.leave_aside(
                    station,
                    f"it computes as {station.report.computing_class} and the others as {self._chosen}, so last digits "
                    "may differ; set executor.classes=any to use it.",
                )

    def _staff(self, station: Station) -> None:
        """Start the workers that a node lacks, and take those that are ready."""
        import ray

        if station.refusal or station.report is None or (self._wanted.one_class and not self._chosen):
            return
        starting = list(station.starting)
        for reference in ray.wait(starting, num_returns=len(starting), timeout=0)[0] if starting else ():
            seat = station.starting.pop(reference, None)
            if seat is None:  # the node was lost meanwhile
                return
            try:
                refusal = ray.get(reference)
            except ray.exceptions.RayError as error:
                refusal = (
                    f"its workers do not start ({told(error)}); see whether its memory, or the disk of Ray's folder of "
                    "temporary files there, is full."
                )
            if refusal:
                self._fail(station, refusal)
                continue
            with self._roster.lock:
                station.failures = 0
                station.workers.append(seat)
                self._roster.turns.add(seat)
        while not station.refusal and len(station.workers) + len(station.starting) < self._room(station):
            seat = start_worker(station, self._wanted.level, self._wanted.allow_primitives)
            station.starting[seat.worker.ready.remote()] = seat

    def _room(self, station: Station) -> int:
        """Workers that a node may have, beside those of others."""
        most = self._wanted.workers
        if most is None:
            return station.seats
        others = [other for other in self._roster.known() if other is not station]
        return min(station.seats, most - sum(len(other.workers) + len(other.starting) for other in others))

    def _fail(self, station: Station, why: str) -> None:
        station.failures += 1
        _log.info("node %s: %s", station.id[:8], why)
        if station.failures >= STARTS:
            self._roster.leave_aside(station, why)
