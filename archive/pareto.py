"""The Pareto front of cost against quality: cost is minimised, delta is maximised."""

from collections.abc import Sequence

import numpy as np


def non_dominated(cost: Sequence[float], delta: Sequence[float]) -> list[int]:
    """Indices of the points that no other point matches or beats in both, cheapest first.

    Of points equal in both, the first given is kept. Sorting makes it O(n log n).
    """
    costs, deltas = np.asarray(cost, dtype=np.float64), np.asarray(delta, dtype=np.float64)
    order = np.lexsort((np.arange(len(costs)), -deltas, costs))
    if not len(order):
        return []
    best_before = np.concatenate(([-np.inf], np.maximum.accumulate(deltas[order])[:-1]))
    return [int(index) for index in order[deltas[order] > best_before]]


def hypervolume(
    cost: Sequence[float], delta: Sequence[float], *, reference_cost: float, reference_delta: float
) -> float:
    """Area dominated by the points and bounded by the reference point (Zitzler and Thiele, 1998).

    Points at or beyond the reference add nothing. Units: cost ratio times nDCG@10.
    """
    points = [
        (point_cost, point_delta)
        for point_cost, point_delta in zip(cost, delta, strict=True)
        if point_cost < reference_cost and point_delta > reference_delta
    ]
    front = [points[index] for index in non_dominated(*zip(*points, strict=True))] if points else []
    edges = [point_cost for point_cost, _ in front[1:]] + [reference_cost]
    return float(
        sum(
            (edge - point_cost) * (height - reference_delta)
            for (point_cost, height), edge in zip(front, edges, strict=True)
        )
    )
