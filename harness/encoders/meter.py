"""What was asked of the encoder, whether or not the cache had it."""

import threading
from dataclasses import dataclass
from typing import Literal

Axis = Literal["texts", "tokens", "seconds"]
"""What a cost is counted in."""


@dataclass(frozen=True)
class Cost:
    """Texts, tokens and encoder seconds asked for."""

    texts: int = 0
    tokens: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.texts + other.texts, self.tokens + other.tokens, self.seconds + other.seconds)

    def ratio_to(self, baseline: "Cost", axis: Axis = "texts") -> float:
        """The cost ratio c = 1 + extra / baseline of this extra cost, in texts, tokens or seconds.

        1 is what encoding every query and every document once costs. Costs of several tasks are added up before they
        are divided. Raises ZeroDivisionError where the baseline is nothing.
        """
        extra, base = getattr(self, axis), getattr(baseline, axis)
        return float(1 + extra / base)


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
