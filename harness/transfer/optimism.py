"""What a search gained on the queries it selected by, beside those that nothing was selected by."""

from dataclasses import dataclass

import numpy as np

from archive import Program, Run
from harness.transfer.intervals import Interval, interval_over_tasks


@dataclass(frozen=True)
class Optimism:
    """A program's mean delta on searched and on unseen queries, and the difference of the two."""

    searched: float
    unseen: float
    interval: Interval | None
    """Of the mean over tasks of searched less unseen, 95 %; None with too few tasks."""
    n_tasks: int
    n_queries: int
    """Unseen ones, over all tasks."""

    @property
    def difference(self) -> float:
        """What selection made of it: above zero where the search fits the queries it sees."""
        return self.searched - self.unseen


def optimism_of(program: Program, run: Run) -> Optimism | None:
    """Searched and unseen side by side; None for a program without a result or a run without unseen queries."""
    tasks = {task.name: task for task in run.record.tasks if task.unseen}
    searched, unseen = [], []
    for outcome in program.record.outcomes:
        if outcome.task not in tasks or not outcome.by_measure:
            continue
        task = tasks[outcome.task]
        found, cosine = (values[run.record.measure].per_query for values in (outcome.by_measure, task.by_measure))
        gained = found.astype(np.float64) - cosine
        unseen.append(float(gained[task.unseen].mean()))
        searched.append(float(np.delete(gained, task.unseen).mean()))
    if not unseen or program.record.mean_delta is None:
        return None
    interval = interval_over_tasks(np.array(searched) - np.array(unseen))
    queries = sum(len(task.unseen) for task in tasks.values())
    return Optimism(float(np.mean(searched)), float(np.mean(unseen)), interval, len(unseen), queries)
