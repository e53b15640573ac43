"""What a tracker is: told where a run begins, of each program that was recorded, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Begun:
    """A run as a tracker is told of it, when it begins and when it goes on."""

    run_id: str
    """The same when the run goes on: what is tracked goes on with it."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """Every setting as it is recorded, and what the run stands on; keys are masked."""


class Tracker(Protocol):
    """Hears of one run, in a process of its own: it may print, wait and fail without harm to the run."""

    def begin(self, begun: Begun) -> None:
        """The run begins, or goes on."""

    def record(self, number: int, figures: Mapping[str, float]) -> None:
        """Program `number` is in the archive, with these figures of it and of the run so far."""

    def end(self, status: str) -> None:
        """The run is `finished` or `stopped`; nothing more follows."""
