"""The frontier of a list of programs, and how it grew."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from archive import Program, hypervolume, non_dominated


@dataclass(frozen=True)
class Progress:
    """A run after one generation."""

    generation: int
    best_worth: float
    """Of what the run maximises, by default the mean delta."""
    hypervolume: float
    """Area between the frontier, delta 0 and the largest cost ratio of the run; cost ratio times what is maximised."""
    best: str
    """Id of the program with the best worth, the first of equal ones."""


def front_ids(programs: Sequence[Program]) -> set[str]:
    """Ids of the non-dominated programs, as the archive's view `frontier` has them; by the `cost_ratio` they carry."""
    points = [point for program in programs if (point := _point(program)) is not None]
    kept = non_dominated([cost for cost, _, _ in points], [delta for _, delta, _ in points])
    return {points[index][2] for index in kept}


def best_so_far(programs: Sequence[Program]) -> list[Progress]:
    """Best worth and hypervolume after each generation that had a result."""
    measured = [(program.record.generation, *point) for program in programs if (point := _point(program)) is not None]
    widest = max([cost for _, cost, _, _ in measured], default=1.0)
    front: list[tuple[float, float]] = []
    best = (-math.inf, "")
    progress: list[Progress] = []
    for at, (generation, cost, delta, program_id) in enumerate(measured):
        best = max(best, (delta, program_id), key=lambda one: one[0])
        front.append((cost, delta))
        kept = non_dominated([c for c, _ in front], [d for _, d in front])
        front = [front[index] for index in kept]
        if at + 1 == len(measured) or measured[at + 1][0] != generation:
            costs, deltas = zip(*front, strict=True)
            area = hypervolume(costs, deltas, reference_cost=widest, reference_delta=0.0)
            progress.append(Progress(generation, best[0], area, best[1]))
    return progress


def _point(program: Program) -> tuple[float, float, str] | None:
    record = program.record
    if record.verdict != "ok" or record.status == "rejected" or record.worth is None or record.cost_ratio is None:
        return None
    return record.cost_ratio, record.worth, program.id
