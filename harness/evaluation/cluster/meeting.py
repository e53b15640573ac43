"""Nodes and workers are started, and what a node says of itself is judged. Only `fleet` decides what follows."""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from harness.evaluation.cluster.conduct import Conduct
from harness.evaluation.cluster.node import Node, NodeReport, own_versions
from harness.evaluation.cluster.seats import Seat, Station
from harness.evaluation.cluster.worker import Worker
from harness.machine import record as machine
from harness.text import plain

_MEANS = {
    "OutOfDiskError": "Ray's object store is full, and the disk that it spills to, too",
    "ObjectStoreFullError": "Ray's object store is full",
}
"""What Ray tells with names of objects and bytes."""


def meet(node_id: str, cores: int, level: str, conduct: Conduct) -> Station:
    """A node that is asked for its report."""
    import ray

    actor = ray.remote(Node).options(num_cpus=0, scheduling_strategy=_on(node_id), max_concurrency=4).remote()
    return Station(node_id, cores, actor, actor.report.remote(level), conduct, time.monotonic())


def start_worker(station: Station, level: str, allow_primitives: bool) -> Seat:
    """A worker on a node, which takes one of its cores."""
    import ray

    options = {"num_cpus": 1, "scheduling_strategy": _on(station.id), "max_concurrency": 2}
    return Seat(ray.remote(Worker).options(**options).remote(level, allow_primitives), station)


def refusal_of(report: NodeReport) -> str:
    """Why a node takes no part, in the end of a sentence; nothing where it may."""
    here = own_versions()
    if report.refusal or report.versions == here:
        return report.refusal
    other = ", ".join(
        f"{name} {report.versions.get(name, 'none')} instead of {here[name]}"
        for name in here
        if report.versions.get(name) != here[name]
    )
    return f"it has {other}; install there what is installed here."


def choose_class(stations: Sequence[Station]) -> str:
    """The class of this machine if any node is of it, else that of most cores; none where there are no nodes."""
    seats: Counter[str] = Counter()
    for station in stations:
        if station.report is not None:
            seats[station.report.computing_class] += station.seats
    own = machine.computing_class()
    if own in seats or not seats:
        return own if seats else ""
    return max(sorted(seats), key=seats.__getitem__)


def told(error: Exception) -> str:
    """What Ray says of a failure, or of its cause, in some words without a stop."""
    cause = getattr(error, "cause", None) or error
    name = type(cause).__name__
    if name in _MEANS:
        return _MEANS[name]
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return plain(f"{name}: {lines[0]}" if lines else name, 200).rstrip(".")


def _on(node_id: str) -> Any:
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return NodeAffinitySchedulingStrategy(node_id, soft=False)
