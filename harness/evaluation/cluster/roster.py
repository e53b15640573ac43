"""Which nodes are known, which of them are left aside and why, and how a node goes."""

import logging
import threading
import time
from collections.abc import Callable

from harness.errors import JobError
from harness.evaluation.cluster.conduct import Conduct
from harness.evaluation.cluster.seats import Station
from harness.evaluation.cluster.turns import Turns
from harness.text import plain

_log = logging.getLogger(__name__)

PATIENCE_S = 120.0
"""How long a program waits where no node takes part, and a node may take to say what it is."""


class Roster:
    """What the thread that looks after nodes and those that run programs share; hold `lock` to read or write."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        """`tell` hears of nodes left aside."""
        self._tell = tell
        self.lock = threading.RLock()
        self.lacking = threading.Condition(self.lock)
        """Told where a worker or a node is gone, so that another may take its place."""
        self.turns = Turns(self.lock)
        self.stations: dict[str, Station] = {}
        self.refusals: list[str] = []
        """Why nodes were left aside so far, one sentence each."""
        self._conducts: dict[str, Conduct] = {}
        self._lonely_since = time.monotonic()

    def known(self) -> list[Station]:
        """The nodes that are known now, those left aside among them."""
        with self.lock:
            return list(self.stations.values())

    def conduct(self, node_id: str) -> Conduct:
        """How a node behaved so far, also before it was lost and met again."""
        with self.lock:
            return self._conducts.setdefault(node_id, Conduct())

    def require_somebody(self) -> None:
        """Raise JobError where no node takes part, or has for a while."""
        stations = self.known()
        if any(not station.refusal for station in stations):
            self._lonely_since = time.monotonic()
            return
        refusals = sorted({station.refusal for station in stations})
        if refusals or time.monotonic() - self._lonely_since > PATIENCE_S:
            raise JobError(" ".join(refusals) or "The Ray cluster has no node with a free processor core; add one.")

    def count(self, station: Station, most: int, why: str, *, began: float) -> None:
        """Count a failure of a node, of the kind of which `most` are enough to leave it aside."""
        with self.lock:
            enough = station.conduct.failed(most, began=began, now=time.monotonic())
        _log.info("node %s: %s", station.id[:8], why)
        if enough:
            self.leave_aside(station, why)

    def leave_aside(self, station: Station, why: str) -> None:
        """Use a node no more, as long as it is here; `why` is told once."""
        with self.lock:
            if station.refusal:
                return
            station.refusal = f"Node {station.id[:8]} of the cluster is left aside: {plain(why, 600)}"
            self.refusals.append(station.refusal)
        self._end(station)
        self._tell(station.refusal)

    def lose(self, station: Station) -> None:
        """Forget a node; if it is still there, it is met again."""
        with self.lock:
            if self.stations.get(station.id) is station:  # and not what it became meanwhile
                del self.stations[station.id]
        self._end(station)

    def _end(self, station: Station) -> None:
        """End all of ours on a node."""
        import ray

        with self.lock:
            gone = [*station.workers, *station.starting.values()]
            self.turns.remove_all(station)
            station.workers, station.starting, station.held = [], {}, {}
            self.lacking.notify()
        for seat in gone:
            ray.kill(seat.worker)
        ray.kill(station.actor)
