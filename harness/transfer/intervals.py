"""Intervals of a program's deltas: over tasks, where there are enough of them, and over the queries of these tasks.

What they promise was measured on simulated truth: docs/method.md has the shares of intervals that held it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.evaluation.paired import FEWEST_QUERIES, FEWEST_TASKS
from harness.transfer.statistics import CellDelta, Floats, grouped, query_sums, task_sums

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A 95 % confidence interval."""

    low: float
    high: float
    method: str
    """What might have been drawn otherwise, and how the interval was made."""


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


def bounds(parts: Sequence[Floats]) -> tuple[Floats, Floats]:
    """95 % bounds, float64 (...) each, of the sum of the means of independent samples, (..., n) each with n from 2 on.

    Student's t with Welch's degrees of freedom (Biometrika 34, 1947), and on either side as far as the interval by
    Hall's correction for skewness (J. R. Stat. Soc. B 54, 1992) reaches, where that is farther. The bootstrap holds the
    truth less often from few tasks or queries; docs/method.md has both.
    """
    from scipy.stats import t

    sizes = np.array([part.shape[-1] for part in parts])
    means = np.stack([part.mean(axis=-1) for part in parts], axis=-1)
    around = [part - part.mean(axis=-1, keepdims=True) for part in parts]
    squares = np.stack([(part**2).sum(axis=-1) for part in around], axis=-1)
    cubes = np.stack([(part**3).sum(axis=-1) for part in around], axis=-1)
    mean, variances = means.sum(axis=-1), squares / (sizes - 1) / sizes
    error = np.sqrt(variances.sum(axis=-1))
    third = (cubes / np.maximum((sizes - 1) * (sizes - 2), 1) / sizes).sum(axis=-1)
    moves = error > 1e-12
    safe = np.where(moves, error, 1.0)
    freedom = np.where(moves, safe**4 / np.where(moves, (variances**2 / (sizes - 1)).sum(axis=-1), 1.0), 1.0)
    far, lean = t.ppf((1 + LEVEL) / 2, freedom), third / safe**3
    below, above = (np.maximum(far, side * _uncorrected(side * far, lean)) for side in (1, -1))
    return mean - np.where(moves, below * error, 0.0), mean + np.where(moves, above * error, 0.0)


def interval_of_sum(parts: Sequence[Floats], method: str) -> Interval:
    """Of the sum of the means of independent samples, float64 (n,) each with n from 2 on."""
    low, high = bounds(parts)
    return Interval(float(low), float(high), method)


def _uncorrected(score: Floats, lean: Floats) -> Floats:
    """The t whose value after Hall's transformation is `score`; `lean` is the third cumulant of t's numerator."""
    lean = np.where(np.abs(lean) < 1e-9, 1e-9, lean)
    found: Floats = 3 / lean * (np.cbrt(1 + lean * (score - lean / 6)) - 1)
    return found
