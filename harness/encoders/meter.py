"""What was asked of the encoder, whether or not the cache had it."""

import threading

from archive import Cost

__all__ = ["Cost", "Meter"]


class Meter:
    """Adds up costs; several threads may add at once."""

    def __init__(self) -> None:
        self._cost = Cost()
        self._lock = threading.Lock()

    def add(self, cost: Cost) -> None:
        with self._lock:
            self._cost += cost

    @property
    def cost(self) -> Cost:
        """All that was added so far."""
        with self._lock:
            return self._cost
