"""Whose turn it is: workers that are idle, those that are busy, and runs that wait for one."""

import threading
import time
from collections.abc import Callable

from harness.evaluation.cluster.seats import Seat, Station


class Closed(Exception):
    """The fleet takes no more runs."""


class Turns:
    """First come, first served. `changed` guards it, and is told of every change."""

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._idle: list[Seat] = []
        self._busy: set[Seat] = set()
        self._queue: list[object] = []
        self._closed = False

    @property
    def n_busy(self) -> int:
        return len(self._busy)

    @property
    def n_waiting(self) -> int:
        return len(self._queue)

    def take(self, require: Callable[[], None]) -> Seat:
        """A worker, if there is one whose node did not fail of late; `require` is asked every second and may raise.

        Raises Closed at the end.
        """
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            try:
                while not self._closed and not (self._idle and self._queue[0] is ticket):
                    self._changed.wait(1.0)
                    require()
                if self._closed:
                    raise Closed
                seat = min(reversed(self._idle), key=lambda one: one.station.conduct.failures)
                self._idle.remove(seat)
                self._busy.add(seat)
                seat.since = time.monotonic()
                return seat
            finally:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def give_back(self, seat: Seat) -> None:
        """A run is over; of a worker that was removed meanwhile nothing is kept."""
        with self._changed:
            if seat in self._busy:
                self._busy.remove(seat)
                self._idle.append(seat)
            self._changed.notify_all()

    def add(self, seat: Seat) -> None:
        """A worker is ready."""
        with self._changed:
            self._idle.append(seat)
            self._changed.notify_all()

    def remove(self, seat: Seat) -> bool:
        """A worker is to be used no more; whether a run had it."""
        with self._changed:
            busy = seat in self._busy
            self._busy.discard(seat)
            self._idle = [other for other in self._idle if other is not seat]
            self._changed.notify_all()
            return busy

    def remove_all(self, station: Station) -> None:
        """The same for all workers of a node."""
        with self._changed:
            self._idle = [seat for seat in self._idle if seat.station is not station]
            self._busy = {seat for seat in self._busy if seat.station is not station}
            self._changed.notify_all()

    def close(self) -> None:
        """Whoever waits hears that there is no turn any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
