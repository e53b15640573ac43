"""An executor whose programs run on the workers of a fleet. What it records is what a local one would have recorded."""

import logging
import statistics
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace

from archive import WorkRecord
from harness.encoders.cached import CachedEncoder
from harness.evaluation.cluster.backend import FleetRuns, Shelf
from harness.evaluation.cluster.fleet import Fleet
from harness.evaluation.cluster.seats import Census, Seat
from harness.evaluation.cluster.work import by_machine
from harness.evaluation.evaluate import Outcome
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.watcher import Watcher
from harness.machine import record as machine
from harness.text import counted
from sandbox import EmbedCallback, Execution, Limits, Take, TaskInputs

_log = logging.getLogger(__name__)

MOST_THREADS = 512
"""Runs that this machine drives at a time at most; each waits on a thread of its own."""
STRAGGLES = 4.0
"""Times the median of the same task that a run may take before an idle worker repeats it."""
STRAGGLES_S = 10.0
"""Seconds that it may take in any case."""
LOOK_S = 1.0


@dataclass(eq=False)
class _Cell:
    """One program on one task, and every run of it: the first that ends is the outcome."""

    source: str
    task: PreparedTask
    future: "Future[Outcome]" = field(default_factory=Future)
    runs: "list[_Run]" = field(default_factory=list)


@dataclass(eq=False)
class _Run:
    cell: _Cell
    began: float | None = None
    seat: Seat | None = None
    """Of its last attempt."""

    def seated(self, seat: Seat) -> None:
        self.seat, self.began = seat, self.began or time.monotonic()


class FleetExecutor:
    """An Executor over a fleet, which outlives it."""

    def __init__(
        self, encoder: CachedEncoder, fleet: Fleet, watcher: Watcher | None = None, *, straggles_s: float = STRAGGLES_S
    ) -> None:
        """`watcher` hears every second what takes part; no run of less than `straggles_s` is repeated."""
        self._watcher = watcher or Watcher()
        self._began, self._n_ended, self._most = time.monotonic(), 0, Census(0, 0, 0, 0)
        self._encoder = encoder
        self._fleet = fleet
        self._shelf = Shelf(fleet)
        self._straggles_s = straggles_s
        self._own_class = machine.computing_class()
        self._pool = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="cell")
        self._lock = threading.Lock()
        self._open: set[_Cell] = set()
        self._took: dict[str, list[float]] = defaultdict(list)
        self._ended: deque[float] = deque(maxlen=4096)
        self._closing = threading.Event()
        threading.Thread(target=self._watch, name="stragglers", daemon=True).start()

    @property
    def workers(self) -> int:
        """See Executor; more where nodes join."""
        return self._fleet.size

    def submit(self, source: str, task: PreparedTask) -> Future[Outcome]:
        """See Executor."""
        cell = _Cell(source, task)
        with self._lock:
            self._open.add(cell)
        cell.future.add_done_callback(lambda future: self._close_cell(cell))
        self._pool.submit(self._begin, cell)
        return cell.future

    def runs(self, *, poisoned: bool) -> FleetRuns:
        """See RunsAudits."""
        return FleetRuns(self._fleet, self._shelf, poisoned=poisoned)

    def summary(self) -> str:
        """See TellsMachines."""
        census, minutes = self._most, (time.monotonic() - self._began) / 60
        ran = (
            f"Programs ran on {counted(census.workers, 'worker')} of {counted(census.nodes, 'machine')}: "
            f"{counted(self._n_ended, 'run')}, {self._n_ended / minutes:.0f} a minute."
        )
        return " ".join([ran, *self._fleet.refusals])

    def work(self, numbers: Mapping[str, int]) -> list[WorkRecord]:
        """See CountsWork."""
        return self._fleet.work.records(numbers)

    def _cells_per_minute(self) -> int:
        since = time.monotonic() - 60
        return sum(ended > since for ended in list(self._ended))

    def close(self) -> None:
        """See Executor."""
        with self._lock:
            waiting = list(self._open)
        for cell in waiting:
            cell.future.cancel()
        self._closing.set()
        self._pool.shutdown(wait=True)
        self._shelf.clear()

    def _begin(self, cell: _Cell) -> None:
        if cell.future.set_running_or_notify_cancel():
            self._run(cell)

    def _run(self, cell: _Cell) -> None:
        """Make one run of a cell; where another one was first, what came of this one counts for nothing."""
        run = _Run(cell)
        with self._lock:
            cell.runs.append(run)
        backend = _Backend(FleetRuns(self._fleet, self._shelf, seated=run.seated), cell)
        try:
            outcome = LocalExecutor(self._encoder, backend, 1).run(cell.source, cell.task)
        except BaseException as error:
            with self._lock:
                cell.runs.remove(run)
                last = not cell.runs
            if last:
                self._settle(cell, None, error)
            return
        if run.seat is not None:
            other = run.seat.computing_class != self._own_class
            outcome = replace(
                outcome,
                computing_class=run.seat.computing_class if other else "",
                isolation_level=run.seat.isolation_level,
            )
        self._settle(cell, outcome, None)
        self._end_others(cell, run)

    def _settle(self, cell: _Cell, outcome: Outcome | None, error: BaseException | None) -> None:
        with self._lock:
            if cell.future.done():
                return
            if outcome is not None:
                self._ended.append(time.monotonic())
                self._n_ended += 1
                self._took[cell.task.name].append(outcome.execution.wall_s)
        with suppress(Exception):  # settled by another run in between
            if outcome is not None:
                cell.future.set_result(outcome)
            else:
                cell.future.set_exception(error)

    def _end_others(self, cell: _Cell, first: _Run) -> None:
        with self._lock:
            others = [run for run in cell.runs if run is not first and run.seat is not None]
        for run in others:
            if run.seat is not None:
                self._fleet.drop(run.seat)

    def _close_cell(self, cell: _Cell) -> None:
        with self._lock:
            self._open.discard(cell)

    def _watch(self) -> None:
        """Repeat what takes far longer than its like, where workers have nothing else to do."""
        while not self._closing.wait(LOOK_S):
            census = self._fleet.census()
            self._most = max(self._most, census, key=lambda one: one.workers)
            self._watcher.machines(census.nodes, census.workers, census.busy, census.waiting, self._cells_per_minute())
            self._watcher.worked(by_machine(self._fleet.work.records({})))
            if census.waiting or census.busy >= census.workers:
                continue
            slow = self._slowest()
            if slow is not None:
                _log.info("%s is slow on node %s and is run again", slow.cell.task.name, _node(slow))
                with suppress(RuntimeError):  # the pool is closed meanwhile
                    self._pool.submit(self._run, slow.cell)

    def _slowest(self) -> _Run | None:
        now = time.monotonic()
        with self._lock:
            single = [cell.runs[0] for cell in self._open if len(cell.runs) == 1]
            slow = [
                (now - run.began, run)
                for run in single
                if run.began is not None and now - run.began > self._bearable(run.cell.task.name)
            ]
        return max(slow, key=lambda pair: pair[0])[1] if slow else None

    def _bearable(self, task: str) -> float:
        """Seconds that a run on this task may take."""
        took = self._took.get(task)
        return max(self._straggles_s, STRAGGLES * statistics.median(took)) if took else float("inf")


def _node(run: _Run) -> str:
    return run.seat.station.id[:8] if run.seat else "none"


class _Settled(Exception):
    """Another run of the cell was first."""


class _Backend:
    """See Confined: for one run of a cell."""

    def __init__(self, runs: FleetRuns, cell: _Cell) -> None:
        self._runs = runs
        self._cell = cell

    def run(
        self,
        source: str,
        inputs: TaskInputs,
        *,
        embed: EmbedCallback,
        limits: Limits | None = None,
        take: Take | None = None,
    ) -> Execution:
        if self._cell.future.done():
            raise _Settled
        return self._runs.run(source, inputs, None, embed=embed, limits=limits, take=take)
