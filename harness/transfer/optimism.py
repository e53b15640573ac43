"""What a search gained on what it selected by, beside queries and tasks that nothing was selected by."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from archive import Program, Run, TaskRecord
from harness.evaluation.paired import FEWEST_QUERIES
from harness.transfer.intervals import Interval, interval_of_sum, interval_over_tasks
from harness.transfer.statistics import Floats

FEWEST_OF_EITHER = 4
"""Tasks searched on, and tasks unseen, from which their difference has an interval.

In 20,000 draws of exponential values for 10 and for 4 tasks 94.7 % of intervals held the truth, for 11 and 3 92.0 %,
for 12 and 2 85.9 %.
"""


@dataclass(frozen=True)
class Optimism:
    """A program's mean delta on what was searched and on what was not seen, and the difference of the two."""

    searched: float
    unseen: float
    interval: Interval | None
    """Of searched less unseen, 95 %; None with too few tasks and queries."""
    n_tasks: int
    """With unseen queries."""
    n_queries: int
    """Unseen ones, over all tasks."""
    whole: bool = False
    """Whether it is whole tasks that are unseen, rather than queries of the tasks that were searched."""

    @property
    def difference(self) -> float:
        """What selection made of it: above zero where the search fits what it sees."""
        return self.searched - self.unseen


def optimisms(program: Program, run: Run) -> list[Optimism]:
    """What there is to tell of a program: on unseen queries, then on unseen tasks."""
    return [found for found in (optimism_of(program, run), optimism_over_tasks(program, run)) if found is not None]


def optimism_of(program: Program, run: Run) -> Optimism | None:
    """On searched and unseen queries; None for a program without a result or a run without unseen queries.

    The interval is over tasks, and with fewer than six of them over their queries.
    """
    tasks = [task for task in run.record.tasks if task.unseen]
    gained = [(task, gains) for task in tasks if (gains := _gains(program, task, run)) is not None]
    if not gained or program.record.mean_delta is None:
        return None
    searched = [np.delete(gains, task.unseen) for task, gains in gained]
    unseen = [gains[task.unseen] for task, gains in gained]
    means = np.array([[one.mean(), other.mean()] for one, other in zip(searched, unseen, strict=True)])
    interval = interval_over_tasks(means[:, 0] - means[:, 1]) or _over_queries(searched, unseen)
    queries = sum(len(task.unseen) for task in tasks)
    return Optimism(float(means[:, 0].mean()), float(means[:, 1].mean()), interval, len(gained), queries)


def optimism_over_tasks(program: Program, run: Run) -> Optimism | None:
    """On searched and unseen tasks; None without unseen tasks, or without a result on each task.

    The tasks are drawn apart from one another, so the interval is Welch's, from `FEWEST_OF_EITHER` on.
    """
    record = program.record
    if record.mean_delta is None or record.unseen_tasks_delta is None:
        return None
    deltas = {outcome.task: outcome.delta for outcome in record.outcomes if outcome.delta is not None}
    tasks = [task for task in run.record.tasks if task.split != "search"]
    searched = np.array([deltas[task.name] for task in run.record.tasks if task.split == "search"])
    unseen = np.array([deltas[task.name] for task in tasks])
    enough = min(len(searched), len(unseen)) >= FEWEST_OF_EITHER
    interval = interval_of_sum([searched, -unseen], "tasks, Student's t and Hall's") if enough else None
    queries = sum(task.n_queries for task in tasks)
    return Optimism(record.mean_delta, record.unseen_tasks_delta, interval, len(tasks), queries, whole=True)


def _gains(program: Program, task: TaskRecord, run: Run) -> Floats | None:
    """By the run's measure over the cosine, float64 (Q,); None without a result on the task."""
    measure = run.record.measure
    outcome = next((one for one in program.record.outcomes if one.task == task.name and one.by_measure), None)
    if outcome is None:
        return None
    gains: Floats = outcome.by_measure[measure].per_query.astype(np.float64) - task.by_measure[measure].per_query
    return gains


def _over_queries(searched: Sequence[Floats], unseen: Sequence[Floats]) -> Interval | None:
    """Of the difference of the means over tasks, where other queries of these tasks might have been drawn."""
    if sum(map(len, unseen)) < FEWEST_QUERIES or min(map(len, (*searched, *unseen))) < 2:
        return None
    parts = [sign * part / len(unseen) for sign, some in ((1, searched), (-1, unseen)) for part in some]
    return interval_of_sum(parts, "queries of these tasks, Student's t and Hall's")
