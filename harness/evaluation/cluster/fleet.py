"""The workers of a cluster: whose turn it is, where they find tasks, and what is held against a node.

A node runs the sandbox's self-test before its first worker starts, and is left aside below the level asked for, with
other versions than here, or, with `one_class`, where it computes otherwise than the others; also where it fails again
and again for reasons of its own. The run goes on with the others.
"""

from collections.abc import Callable

from harness.evaluation.cluster.conduct import DEATHS, TROUBLES
from harness.evaluation.cluster.keeper import Keeper, Wanted
from harness.evaluation.cluster.meeting import told
from harness.evaluation.cluster.roster import Roster
from harness.evaluation.cluster.seats import Census, Seat, Station
from harness.evaluation.cluster.shipping import Held, Shipped
from harness.evaluation.cluster.work import WorkLog
from harness.evaluation.lost import RunLost

HOLD_S = 300.0
"""How long a node may take to get a task, which is at most some gigabytes, before it is left aside."""


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
        self.work = WorkLog()
        """What the machines did."""
        self._roster = Roster(tell)
        self._lock, self._turns = self._roster.lock, self._roster.turns
        self._keeper = Keeper(self._roster, Wanted(workers, level, allow_primitives, one_class))
        self._closed = False

    def census(self) -> Census:
        """What takes part now."""
        with self._lock:
            taking = [station for station in self.stations if station.workers]
            n_workers = sum(len(station.workers) for station in taking)
            return Census(len(taking), n_workers, self._turns.n_busy, self._turns.n_waiting)

    @property
    def stations(self) -> list[Station]:
        """The nodes that are known now, those left aside among them."""
        return self._roster.known()

    @property
    def refusals(self) -> list[str]:
        """Why nodes were left aside so far, one sentence each."""
        return list(self._roster.refusals)

    @property
    def size(self) -> int:
        """Workers that there are or soon will be, at least 1."""
        counted = sum(station.seats for station in self.stations if not station.refusal)
        return max(1, counted if self._most is None else min(counted or self._most, self._most))

    def lease(self) -> Seat:
        """A worker for a run, first come first served. Raises JobError where no node takes part, Closed at the end."""
        return self._turns.take(self._roster.require_somebody)

    def give_back(self, seat: Seat, *, well: bool) -> None:
        """The run is over; `well` where nothing of the harness failed."""
        with self._lock:
            if well:
                seat.station.conduct.went_well()
            self._turns.give_back(seat)

    def drop(self, seat: Seat) -> bool:
        """End a worker that is lost, or whose run nobody waits for; another takes its place.

        Whether a run had it: one that was ended from here has it no more.
        """
        import ray

        with self._lock:
            had = self._turns.remove(seat)
            if seat in seat.station.workers:
                seat.station.workers.remove(seat)
            self._roster.lacking.notify()
        ray.kill(seat.worker)
        return had

    def died(self, seat: Seat, why: str) -> None:
        """A worker is gone in the middle of a run; the node where they die again and again is left aside."""
        if self.drop(seat):
            sentence = f"{DEATHS} of its workers died one after another ({why}); look at its memory."
            self._roster.count(seat.station, DEATHS, sentence, began=seat.since)

    def failed(self, seat: Seat, why: str) -> None:
        """A node does not do what it is to do, for a reason of its own; after some times it is left aside."""
        self._roster.count(
            seat.station,
            TROUBLES,
            f"it failed {TROUBLES} times one after another, whatever it was to run ({why}); see whether its disk, its "
            "folder of temporary files or Ray's object store there is full or read-only.",
            began=seat.since,
        )

    def lost_holder(self, seat: Seat, why: str) -> None:
        """What holds the tasks of a node is gone; if the node is still there, it starts afresh."""
        sentence = f"what holds its tasks died {DEATHS} times one after another ({why}); look at its memory."
        self._roster.count(seat.station, DEATHS, sentence, began=seat.since)
        if not seat.station.refusal:
            self._roster.lose(seat.station)

    def hold(self, seat: Seat, shipped: Shipped) -> Held:
        """Where a worker finds a task, which its node gets when first asked.

        Raises RunLost of a node that is gone, or has no room for it.
        """
        import ray

        station = seat.station
        with self._lock:
            known = station.held.get(shipped.key)
            if known is None:
                known = station.actor.hold.remote(shipped.key, shipped.layout, shipped.data, shipped.similarity)
                station.held[shipped.key] = known
        try:
            return Held(shipped.key, shipped.layout, ray.get(known, timeout=self._hold_s), shipped.similarity)
        except ray.exceptions.GetTimeoutError as error:  # Ray waits for room without an end
            why = "see whether Ray's object store there and the disk that it spills to are full."
            self._roster.leave_aside(station, f"it did not get a task within {self._hold_s:.0f} s; {why}")
            raise RunLost("A node of the cluster has no room for a task.") from error
        except ray.exceptions.RayTaskError as error:  # it is there, and says why it has not got it
            with self._lock:
                if station.held.get(shipped.key) is known:
                    del station.held[shipped.key]
            self.failed(seat, told(error))
            raise RunLost(f"A node of the cluster did not get a task ({told(error)}).") from error
        except ray.exceptions.RayError as error:
            self.lost_holder(seat, told(error))
            raise RunLost(f"A node of the cluster is gone ({told(error)}).") from error

    def forget(self, shipped: Shipped) -> None:
        """Have all nodes let go of a task."""
        with self._lock:
            for station in self.stations:
                if station.held.pop(shipped.key, None) is not None:
                    station.actor.release.remote(shipped.key)
                for seat in station.workers:
                    seat.worker.forget.remote(shipped.key)

    def close(self) -> None:
        """End every worker at once: runs in progress are lost, and whoever waits hears of it. Twice is once."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._turns.close()
        self._keeper.close()
        for station in self.stations:
            self._roster.lose(station)
