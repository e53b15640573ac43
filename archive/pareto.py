"""The Pareto front of cost against quality: cost is minimised, delta is maximised."""

import numpy as np
from numpy.typing import ArrayLike


def non_dominated(cost: ArrayLike, delta: ArrayLike) -> list[int]:
    """Indices of the points, given as (n,) and (n,), that no other matches or beats in both, cheapest first.

    Of points equal in both, the first given is kept. Sorting makes it O(n log n).
    """
    costs, deltas = np.asarray(cost, dtype=np.float64), np.asarray(delta, dtype=np.float64)
    order = np.lexsort((-deltas, costs))
    best_before = np.concatenate(([-np.inf], np.maximum.accumulate(deltas[order])))[:-1]
    kept: list[int] = order[deltas[order] > best_before].tolist()
    return kept


def hypervolume(cost: ArrayLike, delta: ArrayLike, *, reference_cost: float, reference_delta: float) -> float:
    """Area dominated by the points and bounded by the reference point (Zitzler and Thiele, 1998); exact.

    Points at or beyond the reference add nothing. Units: cost ratio times nDCG@10.
    """
    costs, deltas = np.asarray(cost, dtype=np.float64), np.asarray(delta, dtype=np.float64)
    inside = (costs < reference_cost) & (deltas > reference_delta)
    costs, deltas = costs[inside], deltas[inside]
    front = non_dominated(costs, deltas)
    widths = np.diff(costs[front], append=reference_cost)
    return float(widths @ (deltas[front] - reference_delta))
