"""Programs against heads on the same queries: each program less the heads of one kind, averaged over their seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from harness.transfer.intervals import Interval, mean_interval, query_interval
from harness.transfer.matrix import Matrix
from harness.transfer.significance import corrected, least_p, paired, sign_flip_p, unit_of
from harness.transfer.statistics import CellDelta, query_sums, summarise

Kinds = Mapping[str, Sequence[str]]
"""Kind of head to the names of its heads, one a seed."""


@dataclass(frozen=True)
class LessHeads:
    """A program less the heads of one kind."""

    program: str
    kind: str
    seeds: int
    """Heads averaged."""
    difference: float
    """Mean delta of the program less theirs, over the cells that all have."""
    interval: Interval | None
    """Of the difference: over tasks, or where there are fewer than six over the queries of these tasks."""
    p: float | None
    p_holm: float | None
    """For all programs and kinds of one matrix."""
    cells: tuple[tuple[str, str], ...]


def programs_less_heads(matrix: Matrix, kinds: Kinds, *, seed: int = 0) -> tuple[LessHeads, ...]:
    """Compare every program of a matrix with every kind of head in it."""
    heads = {kind: mean_head([matrix.results(name) for name in names], kind) for kind, names in kinds.items()}
    trained = {name for names in kinds.values() for name in names}
    compared = [
        (program, kind, differences)
        for program in matrix.programs
        if program not in trained
        for kind, head in heads.items()
        if (differences := paired(matrix.results(program), head))
    ]
    unit = unit_of(cell for _, _, differences in compared for cell in differences)
    p_values = [sign_flip_p(differences, unit, seed=seed) for _, _, differences in compared]
    counts = [
        len({cell.task for cell in differences}) if unit == "tasks" else sum(map(len, query_sums(differences)))
        for _, _, differences in compared
    ]
    family = corrected(p_values, least_p(max(counts, default=0)))
    make_interval = mean_interval if unit == "tasks" else query_interval
    return tuple(
        LessHeads(
            program=program,
            kind=kind,
            seeds=len(kinds[kind]),
            difference=summarise(differences).mean,
            interval=make_interval(differences),
            p=p,
            p_holm=p_holm,
            cells=tuple(cell.place for cell in differences),
        )
        for (program, kind, differences), p, p_holm in zip(compared, p_values, family.holm, strict=True)
    )


def mean_head(heads: Sequence[Sequence[CellDelta]], kind: str) -> list[CellDelta]:
    """Heads as one: the mean of their deltas, on the cells that all of them have."""
    tables = [{cell.place: cell for cell in cells} for cells in heads]
    common = sorted(set.intersection(*(set(table) for table in tables))) if tables else []
    return [
        CellDelta(
            program=kind,
            encoder=place[0],
            task=place[1],
            domain=tables[0][place].domain,
            delta=fmean(table[place].delta for table in tables),
            per_query=np.mean([table[place].per_query for table in tables], axis=0),
        )
        for place in common
    ]
