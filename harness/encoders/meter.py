"""What was asked of the encoder, whether or not the cache had it."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Texts, tokens and encoder seconds asked for."""

    texts: int = 0
    tokens: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.texts + other.texts, self.tokens + other.tokens, self.seconds + other.seconds)


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
