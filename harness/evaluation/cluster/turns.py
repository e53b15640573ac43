"""Whose turn it is: workers that are idle, those that are busy, and runs that wait for one."""

import threading
import time
from collections import deque
from collections.abc import Callable

from harness.evaluation.cluster.seats import Seat, Station


class Closed(Exception):
    """The fleet takes no more runs."""


class Turns:
    """First come, first served. Of those that wait only the first is woken: hundreds may."""

    def __init__(self, lock: threading.RLock) -> None:
        """`lock` guards this and what else its holder keeps of the workers."""
        self._lock = lock
        self._idle: list[Seat] = []
        self._busy: set[Seat] = set()
        self._queue: deque[threading.Condition] = deque()
        self._closed = False

    @property
    def n_busy(self) -> int:
        return len(self._busy)

    @property
    def n_waiting(self) -> int:
        return len(self._queue)

    def take(self, require: Callable[[], None]) -> Seat:
        """A worker, if there is one whose node did not fail of late.

        The first in the queue asks `require` every second, which may raise; the next one does so at once. Raises
        Closed at the end.
        """
        with self._lock:
            ticket = threading.Condition(self._lock)
            self._queue.append(ticket)
            try:
                while not self._closed and not (self._idle and self._queue[0] is ticket):
                    ticket.wait(1.0 if self._queue[0] is ticket else None)
                    if self._queue[0] is ticket:
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
                self._call()

    def give_back(self, seat: Seat) -> None:
        """A run is over; of a worker that was removed meanwhile nothing is kept."""
        with self._lock:
            if seat in self._busy:
                self._busy.remove(seat)
                self._idle.append(seat)
            self._call()

    def add(self, seat: Seat) -> None:
        """A worker is ready."""
        with self._lock:
            self._idle.append(seat)
            self._call()

    def remove(self, seat: Seat) -> bool:
        """A worker is to be used no more; whether a run had it."""
        with self._lock:
            busy = seat in self._busy
            self._busy.discard(seat)
            self._idle = [other for other in self._idle if other is not seat]
            return busy

    def remove_all(self, station: Station) -> None:
        """The same for all workers of a node."""
        with self._lock:
            self._idle = [seat for seat in self._idle if seat.station is not station]
            self._busy = {seat for seat in self._busy if seat.station is not station}

    def close(self) -> None:
        """Whoever waits hears that there is no turn any more."""
        with self._lock:
            self._closed = True
            for ticket in self._queue:
                ticket.notify()

    def _call(self) -> None:
        """Wake the first that waits."""
        if self._queue:
            self._queue[0].notify()
