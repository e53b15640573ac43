"""The gain of one program over another on the same queries, and how far chance alone may move it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.interval import Interval, interval_of_sum
from harness.text import counted

FEWEST_TASKS = 6
"""From fewer, neither an exact interval of the median nor an exact p below 5 % is possible, whatever the deltas."""
FEWEST_QUERIES = 20


@dataclass(frozen=True)
class PairedGain:
    """A mean gain over tasks, and its standard error."""

    gain: float
    error: float | None
    """None where the sample is too small to tell: see `paired_gain`."""
    sample: str
    """What the error is over, for people: `14 tasks`."""


def paired_gain(differences: Sequence[NDArray[np.floating]]) -> PairedGain:
    """The mean over tasks of the mean difference, from one array (Q,) a task.

    The standard error is over tasks where there are six or more, else over the queries of these tasks: the square root
    of the sum of each task's variance of the mean, divided by the number of tasks. There is none for fewer than twenty
    queries, nor where a task has but one, as for the intervals of a matrix.
    """
    n_tasks, sizes = len(differences), [len(each) for each in differences]
    means = np.array([each.mean(dtype=np.float64) for each in differences])
    gain = float(means.mean())
    if n_tasks >= FEWEST_TASKS:
        return PairedGain(gain, float(means.std(ddof=1) / np.sqrt(n_tasks)), counted(n_tasks, "task"))
    sample = f"{counted(sum(sizes), 'query', 'queries')} of {counted(n_tasks, 'task')}"
    if sum(sizes) < FEWEST_QUERIES or min(sizes) < 2:
        return PairedGain(gain, None, sample)
    variances = [each.astype(np.float64).var(ddof=1) / len(each) for each in differences]
    return PairedGain(gain, float(np.sqrt(sum(variances)) / n_tasks), sample)


def paired_interval(differences: Sequence[NDArray[np.floating]]) -> Interval | None:
    """A 95 % interval of the same mean, from one array (Q,) a task: over what `paired_gain` has its error over."""
    n_tasks, sizes = len(differences), [len(each) for each in differences]
    parts = [each.astype(np.float64) for each in differences]
    if n_tasks >= FEWEST_TASKS:
        return interval_of_sum([np.array([each.mean() for each in parts])], "tasks")
    if sum(sizes) < FEWEST_QUERIES or min(sizes) < 2:
        return None
    return interval_of_sum([each / n_tasks for each in parts], "queries of these tasks")
