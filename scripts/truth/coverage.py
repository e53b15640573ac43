"""How often does a 95 % interval hold the truth, at the numbers of tasks and queries that people have?

Deltas of tasks are drawn from three shapes, deltas of queries are zero for six in ten. BCa, the usual bootstrap, stands
beside the intervals in use. A share of 0.95 has a standard error of 0.005 here at 2,000 sets and 0.010 at 500.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from harness.transfer.intervals import MANY_TASKS, Interval, mean_interval, median_interval, query_interval
from harness.transfer.significance import flip_p
from harness.transfer.statistics import CellDelta

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]
SEED = 7
SHAPES: dict[str, tuple[Draw, float]] = {
    "normal": (lambda rng, size: rng.normal(0, 0.05, size), 0.0),
    "skewed": (lambda rng, size: rng.exponential(0.05, size) - 0.05, 0.05 * np.log(2) - 0.05),
    "heavy": (lambda rng, size: rng.standard_t(3, size) * 0.03, 0.0),
}
"""Each with mean zero, and its median."""
QUERY_SHAPES: dict[str, Draw] = {
    "even": lambda rng, size: np.where(rng.random(size) < 0.4, rng.normal(0, 0.3, size), 0.0),
    "lopsided": lambda rng, size: np.where(rng.random(size) < 0.4, 0.3 * (1 - rng.exponential(1, size)), 0.0),
}
TASKS = (6, 14, 19, 25, 40)
QUERIES = (20, 50, 150, 500)


def report() -> Iterator[str]:
    """Yield coverage over tasks, over queries, and false alarms of the tests over queries."""
    rng = np.random.default_rng(SEED)
    yield "tasks: share of intervals that hold the truth      mean  median  (mean by BCa)"
    for shape, (draw, median) in SHAPES.items():
        for n in TASKS:
            sample = draw(rng, (2000 if n < MANY_TASKS else 500, n))
            means, medians = zip(*(intervals(row) for row in sample), strict=True)
            yield (
                f"{shape:8s} {n:3d} tasks {'':30s} {held(means, 0):.3f}   {held(medians, median):.3f}  "
                f"({bca(sample, rng):.3f})"
            )
    yield "queries of one task: share of intervals that hold the truth; share of p below 0.05 without a gain"
    for shape, draw in QUERY_SHAPES.items():
        for n in QUERIES:
            sample = draw(rng, (1000, n))
            found = [query_interval([cell("t", row)]) for row in sample]
            told = [interval for interval in found if interval is not None]
            alarms = np.mean([flip_p(row) < 0.05 for row in sample])
            yield f"{shape:8s} {n:3d} queries   {held(told, 0):.3f} of {len(told)}   {alarms:.3f}"


def intervals(deltas: Floats) -> tuple[Interval, Interval]:
    """The intervals of the mean and of the median over tasks with these deltas."""
    cells = [cell(str(task), np.array([delta])) for task, delta in enumerate(deltas)]
    mean, median = mean_interval(cells), median_interval(cells)
    assert mean is not None and median is not None
    return mean, median


def cell(task: str, per_query: Floats) -> CellDelta:
    """A cell with these deltas per query."""
    return CellDelta("p", "e", task, "", float(per_query.mean()), per_query)


def held(found: tuple[Interval, ...] | list[Interval], truth: float) -> float:
    """The share that holds the truth."""
    return float(np.mean([interval.low <= truth <= interval.high for interval in found]))


def bca(sample: Floats, rng: np.random.Generator) -> float:
    """The share of bias-corrected and accelerated intervals of the mean (Efron, 1987) that hold zero."""
    from scipy.stats import bootstrap

    few = sample[:500]
    found = bootstrap((few,), np.mean, axis=-1, n_resamples=999, method="BCa", rng=rng, batch=100).confidence_interval
    return float(((found.low <= 0) & (found.high >= 0)).mean())
