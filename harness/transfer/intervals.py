"""Intervals of a program's deltas: over tasks, where there are enough of them, and over the queries of these tasks.

What they promise was measured on simulated truth: docs/method.md has the shares of intervals that held it.
"""

from collections.abc import Sequence

import numpy as np

from harness.evaluation.interval import LEVEL, Interval, bounds, interval_of_sum
from harness.evaluation.paired import FEWEST_QUERIES, FEWEST_TASKS
from harness.transfer.statistics import CellDelta, Floats, grouped, query_sums, task_sums

__all__ = [
    "Interval",
    "bounds",
    "interval_of_sum",
    "interval_over_tasks",
    "mean_interval",
    "median_interval",
    "query_interval",
]


def mean_interval(cells: Sequence[CellDelta]) -> Interval | None:
    """Of the mean delta over cells, where other tasks might have been drawn; None for fewer than six tasks.

    All cells of a task are one draw. With unequal numbers of cells the mean is a ratio of sums, and each task counts
    by its residual (Cochran, 1977, section 6.4).
    """
    sums, sizes = task_sums(cells)
    if len(sums) < FEWEST_TASKS:
        return None
    mean = sums.sum() / sizes.sum()
    return interval_of_sum([mean + (sums - mean * sizes) / sizes.mean()], "tasks, Student's t and Hall's")


def median_interval(cells: Sequence[CellDelta]) -> Interval | None:
    """Of the median delta, where other tasks might have been drawn; None for fewer than six tasks.

    Between two order statistics of the tasks' deltas, each the median of its cells: the sign test turned round, exact
    for deltas of any shape (Conover, 1999, section 3.2).
    """
    from scipy.stats import binom

    groups = grouped(cells, lambda cell: cell.task).values()
    medians = sorted(float(np.median([cell.delta for cell in group])) for group in groups)
    if len(medians) < FEWEST_TASKS:
        return None
    place = int(binom.ppf((1 - LEVEL) / 2, len(medians), 0.5))
    return Interval(medians[place - 1], medians[-place], "tasks, order statistics")


def query_interval(cells: Sequence[CellDelta]) -> Interval | None:
    """Of the mean delta over cells, where other queries of these very tasks might have been drawn.

    Says nothing of other tasks. A query under all encoders is one draw. None for fewer than twenty queries, and where a
    task has but one.
    """
    parts = query_sums(cells)
    if sum(map(len, parts)) < FEWEST_QUERIES or min(map(len, parts)) < 2:
        return None
    return interval_of_sum(parts, "queries of these tasks, Student's t and Hall's")


def interval_over_tasks(values: Floats) -> Interval | None:
    """Of the mean of one value a task, float64 (n,), where other tasks might have been drawn; None below six."""
    return interval_of_sum([values], "tasks, Student's t and Hall's") if len(values) >= FEWEST_TASKS else None
