"""Intervals of a program's deltas: over tasks, where there are enough of them, and over the queries of these tasks.

What they promise was measured on simulated truth: docs/method.md has the shares of intervals that held it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.transfer.statistics import CellDelta, Floats, grouped, query_sums, task_sums

LEVEL = 0.95
FEWEST_TASKS = 6
"""From fewer, neither an exact interval of the median nor an exact p below 5 % is possible, whatever the deltas."""
MANY_TASKS = 20
"""From so many on, resamples of tasks tell the shape of their deltas; below, Student's t is nearer the truth."""
FEWEST_QUERIES = 20
RESAMPLES = 9999
QUERY_RESAMPLES = 1999


@dataclass(frozen=True)
class Interval:
    """A 95 % confidence interval."""

    low: float
    high: float
    method: str
    """What was drawn, and how the interval was made."""


def mean_interval(cells: Sequence[CellDelta], *, seed: int = 0) -> Interval | None:
    """Of the mean delta over cells, where other tasks might have been drawn; None for fewer than six tasks.

    Student's t below twenty tasks, beyond it the studentised bootstrap (Efron and Tibshirani, 1993, section 12.5). All
    cells of a task are one draw; with unequal numbers of cells the mean is a ratio of sums, and its standard error that
    of Cochran (1977, section 6.4).
    """
    from scipy.stats import t

    sums, sizes = task_sums(cells)
    n_tasks = len(sums)
    if n_tasks < FEWEST_TASKS:
        return None
    mean, error = _ratio(sums, sizes)
    if n_tasks >= MANY_TASKS:
        draws = np.random.default_rng(seed).integers(n_tasks, size=(RESAMPLES, n_tasks))
        found = _studentised(mean, error, *_ratio(sums[draws], sizes[draws]), "tasks, studentised bootstrap")
        if found is not None:
            return found
    half = float(t.ppf((1 + LEVEL) / 2, n_tasks - 1)) * error
    return Interval(float(mean - half), float(mean + half), "tasks, Student's t")


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


def query_interval(cells: Sequence[CellDelta], *, seed: int = 0) -> Interval | None:
    """Of the mean delta over cells, where other queries of these very tasks might have been drawn.

    Says nothing of other tasks. The paired studentised bootstrap within each task (Davison and Hinkley, 1997, sections
    3.2 and 5.2): a task's queries are drawn alike for all encoders. None for fewer than twenty queries, for a task
    with one, and where so few queries move that resamples of them do not differ.
    """
    parts = query_sums(cells)
    if sum(map(len, parts)) < FEWEST_QUERIES or min(map(len, parts)) < 2:
        return None
    rng = np.random.default_rng(seed)
    mean, variance = 0.0, 0.0
    means, variances = np.zeros(QUERY_RESAMPLES), np.zeros(QUERY_RESAMPLES)
    for part in parts:
        n = len(part)
        mean, variance = mean + float(part.mean()), variance + float(part.var(ddof=1)) / n
        counts = rng.multinomial(n, np.full(n, 1 / n), size=QUERY_RESAMPLES)
        drawn, squares = (counts @ np.stack([part, part**2], axis=1) / n).T
        means += drawn
        variances += np.maximum(squares - drawn**2, 0.0) / (n - 1)
    return _studentised(mean, variance**0.5, means, np.sqrt(variances), "queries of these tasks, studentised bootstrap")


def _ratio(sums: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Sum over size and its standard error, along the last axis of tasks."""
    n_tasks, total = sums.shape[-1], sizes.sum(axis=-1)
    mean = sums.sum(axis=-1) / total
    squares = ((sums - mean[..., None] * sizes) ** 2).sum(axis=-1)
    return mean, np.sqrt(squares * n_tasks / (n_tasks - 1)) / total


def _studentised(
    mean: float | Floats, error: float | Floats, means: Floats, errors: Floats, method: str
) -> Interval | None:
    """From the mean and its standard error, and those of resamples; None where the resamples do not tell."""
    if error <= 1e-12:
        return Interval(float(mean), float(mean), method)
    # A resample in which nothing varies lies endlessly far out, on its side.
    far = np.where(means == mean, 0.0, np.copysign(np.inf, means - mean))
    scores: NDArray[np.float64] = np.divide(means - mean, errors, out=far, where=errors > 1e-12)
    low, high = np.quantile(scores, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="inverted_cdf")
    if not np.isfinite([low, high]).all():
        return None
    return Interval(float(mean - high * error), float(mean - low * error), method)
