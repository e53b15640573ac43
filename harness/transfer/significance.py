"""Tests of programs against the cosine and against each other: sign flips, and corrections for many of them.

Whole tasks are flipped where there are enough of them, else the queries of the tasks at hand; which of the two is
decided for a matrix as a whole, from the number of its tasks and never from their deltas.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.paired import FEWEST_QUERIES, FEWEST_TASKS
from harness.transfer.statistics import CellDelta, Floats, query_sums, summarise, task_sums

Unit = Literal["tasks", "queries"]
THRESHOLD = 0.05
"""A p that cannot come below it, however great the gain, is not given."""
FLIPS = 9999
EXACT = 13
"""Up to so many values all flips are tried."""


@dataclass(frozen=True)
class Comparison:
    """Two programs on the cells that both have."""

    first: str
    second: str
    difference: float
    """Mean delta of the first less that of the second."""
    p: float | None
    """Two-sided; None where none below the threshold was possible."""
    cells: tuple[tuple[str, str], ...]


def unit_of(cells: Iterable[CellDelta]) -> Unit:
    """What tests of these cells flip: tasks from six on, else queries."""
    return "tasks" if len({cell.task for cell in cells}) >= FEWEST_TASKS else "queries"


def sign_flip_p(cells: Sequence[CellDelta], unit: Unit, *, seed: int = 0) -> float | None:
    """Two-sided p that deltas are symmetric about zero, by flipping signs (Fisher, 1935); 1 where all are zero.

    A task's cells are flipped together, or a query's under all encoders. Exact for up to 13 values that are not zero,
    9,999 random flips beyond. None where there are too few tasks, or queries, for a p below the threshold.
    """
    if unit == "tasks":
        values, _ = task_sums(cells)
        fewest = FEWEST_TASKS
    else:
        parts = query_sums(cells)
        values, fewest = np.concatenate([part / len(part) for part in parts]), FEWEST_QUERIES
    return flip_p(values, seed) if len(values) >= fewest else None


def flip_p(values: Floats, seed: int = 0) -> float:
    """Share of sign flips of float64 (n,) whose sum is as far from zero as the one seen, itself counted."""
    moved = values[values != 0]
    exact = len(moved) <= EXACT
    # All values where flips are drawn, so that programs on the same queries share the draw.
    sums = _all_flips(len(moved)) @ moved if exact else _some_flips(len(values), seed) @ values.astype(np.float32)
    # Sums that differ by rounding alone are equal.
    reached = int((np.abs(sums) >= abs(values.sum()) - 1e-6 * np.abs(values).sum()).sum())
    return reached / len(sums) if exact else (reached + 1) / (FLIPS + 1)


@lru_cache(maxsize=16)
def _all_flips(n: int) -> Floats:
    return np.array(list(product((1.0, -1.0), repeat=n)))


@lru_cache(maxsize=1)
def _some_flips(n: int, seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).integers(2, size=(FLIPS, n), dtype=np.int8).astype(np.float32) * 2 - 1


def least_p(n: int) -> float:
    """The least p that flips of n values can give."""
    return 2.0 ** (1 - n) if n <= EXACT else 1 / (FLIPS + 1)


def paired(first: Sequence[CellDelta], second: Sequence[CellDelta]) -> list[CellDelta]:
    """The first program's deltas less the second's on their common cells, sorted by place."""
    theirs = {cell.place: cell for cell in second}
    pairs = sorted(
        ((cell, theirs[cell.place]) for cell in first if cell.place in theirs), key=lambda pair: pair[0].place
    )
    return [
        CellDelta(a.program, a.encoder, a.task, a.domain, a.delta - b.delta, a.per_query - b.per_query)
        for a, b in pairs
    ]


def compare(first: Sequence[CellDelta], second: Sequence[CellDelta], unit: Unit, *, seed: int = 0) -> Comparison | None:
    """Compare two programs on their common cells by the sign-flip test; None when they have none."""
    differences = paired(first, second)
    if not differences:
        return None
    return Comparison(
        first=first[0].program,
        second=second[0].program,
        difference=summarise(differences).mean,
        p=sign_flip_p(differences, unit, seed=seed),
        cells=tuple(cell.place for cell in differences),
    )


@dataclass(frozen=True)
class Corrected:
    """p values of one family, corrected for their number; None stays None."""

    holm: tuple[float | None, ...]
    benjamini_hochberg: tuple[float | None, ...]


def corrected(p_values: Sequence[float | None], least: float) -> Corrected:
    """Correct a family by both procedures; those that are None are no part of it.

    Where the `least` p that the test can give, times the number of tests, is not below the threshold, Holm's procedure
    could reject none, whatever the gains: then its values are all None.
    """
    tested = [p for p in p_values if p is not None]
    possible = least * len(tested) < THRESHOLD
    by_holm, by_bh = iter(holm(tested)), iter(benjamini_hochberg(tested))
    return Corrected(
        holm=tuple(next(by_holm) if p is not None and possible else None for p in p_values),
        benjamini_hochberg=tuple(None if p is None else next(by_bh) for p in p_values),
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values that bound the chance of any false rejection (Holm, 1979)."""
    order = np.argsort(p_values, kind="stable")
    scaled = np.array(p_values)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return [float(p) for p in adjusted]


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values that bound the expected share of false rejections (Benjamini and Hochberg, 1995)."""
    from scipy.stats import false_discovery_control

    return [float(p) for p in false_discovery_control(p_values)] if p_values else []
