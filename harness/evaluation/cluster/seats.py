"""Who takes part in a fleet: nodes, the workers on them, and how many there are."""

from dataclasses import dataclass, field
from typing import Any

from harness.evaluation.cluster.conduct import Conduct
from harness.evaluation.cluster.node import NodeReport


@dataclass(eq=False)
class Station:
    """A node that takes part, or may."""

    id: str
    seats: int
    actor: Any
    reporting: Any
    """ObjectRef of its report, until that is there."""
    conduct: Conduct
    """Also of its time before, if it was lost and has come back."""
    met: float
    """When it was asked for its report, in seconds of the monotonic clock."""
    report: NodeReport | None = None
    refusal: str = ""
    failures: int = 0
    starting: dict[Any, "Seat"] = field(default_factory=dict)
    """ObjectRef of a worker's readiness to the worker."""
    workers: "list[Seat]" = field(default_factory=list)
    held: dict[str, Any] = field(default_factory=dict)
    """Key of a task to the ObjectRef of its path."""


@dataclass(eq=False)
class Seat:
    """A worker, and the node it is on."""

    worker: Any
    station: Station
    since: float = 0.0
    """When its last run began, in seconds of the monotonic clock."""

    @property
    def computing_class(self) -> str:
        return self.station.report.computing_class if self.station.report else ""

    @property
    def isolation_level(self) -> str:
        report = self.station.report
        return report.isolation.level if report and report.isolation else ""


@dataclass(frozen=True)
class Census:
    """What takes part now."""

    nodes: int
    workers: int
    busy: int
    waiting: int
    """Runs that wait for a worker."""
