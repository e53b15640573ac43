"""What of a program's deltas is noise: standard errors, gains over a parent with intervals, and the room that is left.

All of it stands on the searched queries of the tasks that are not hidden.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive import RunRecord
from harness.evaluation.paired import paired_gain, paired_interval
from harness.programs.view import Gain, TaskRoom

PerQuery = Mapping[str, NDArray[np.float32]]
"""Task to a run's measure for every query, float32 (Q,), in the task's own order, unseen queries among them."""


@dataclass(frozen=True)
class Cosine:
    """The cosine on one task."""

    per_query: NDArray[np.float32]
    """By the run's measure, float32 (Q,)."""
    searched: NDArray[np.bool_]
    """Queries that count towards deltas, (Q,)."""


def cosines_of(run: RunRecord) -> dict[str, Cosine]:
    """The cosine on each task of a run that is not hidden."""
    found = {}
    for task in run.tasks:
        if task.split == "validation":
            continue
        searched = np.ones(task.n_queries, dtype=np.bool_)
        searched[task.unseen] = False
        found[task.name] = Cosine(task.by_measure[run.measure].per_query, searched)
    return found


def errors_of(scores: PerQuery, cosines: Mapping[str, Cosine]) -> dict[str, float]:
    """The standard error of each task's delta over its queries; tasks with one query have none."""
    found = {}
    for name, cosine in cosines.items():
        if name not in scores or cosine.searched.sum() < 2:
            continue
        gained = (scores[name].astype(np.float64) - cosine.per_query)[cosine.searched]
        found[name] = float(np.std(gained, ddof=1) / np.sqrt(len(gained)))
    return found


def gain_of(scores: PerQuery, parent: str, before: PerQuery, cosines: Mapping[str, Cosine]) -> Gain | None:
    """What a program gained over `parent`, whose scores were `before`; None unless both have every task."""
    if not cosines or not (cosines.keys() <= scores.keys() and cosines.keys() <= before.keys()):
        return None
    differences = [
        (scores[name].astype(np.float64) - before[name])[cosine.searched] for name, cosine in cosines.items()
    ]
    found, interval = paired_gain(differences), paired_interval(differences)
    low, high = (interval.low, interval.high) if interval else (None, None)
    return Gain(parent, found.gain, low, high, found.sample)


class Rooms:
    """The best that any program reached on each query."""

    def __init__(self, cosines: Mapping[str, Cosine]) -> None:
        self._cosines = cosines
        self._best = {name: cosine.per_query.copy() for name, cosine in cosines.items()}

    def add(self, scores: PerQuery) -> None:
        """Take a program with a result."""
        for name in self._best.keys() & scores.keys():
            np.maximum(self._best[name], scores[name], out=self._best[name])

    def found(self) -> tuple[TaskRoom, ...]:
        """Each task's room, in the run's order."""
        return tuple(
            TaskRoom(
                name,
                float(cosine.per_query[cosine.searched].mean(dtype=np.float64)),
                float(self._best[name][cosine.searched].mean(dtype=np.float64)),
            )
            for name, cosine in self._cosines.items()
        )
