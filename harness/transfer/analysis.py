"""What a matrix says: one row per program, comparisons on common cells, oracles."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from archive import Axis, Cost, Costs, Spent
from harness.evaluation.paired import FEWEST_QUERIES, FEWEST_TASKS
from harness.transfer import intervals, significance, statistics
from harness.transfer.intervals import Interval
from harness.transfer.matrix import Matrix, MatrixCell
from harness.transfer.significance import THRESHOLD, Comparison, Unit
from harness.transfer.statistics import CellDelta, Oracle, Summary


@dataclass(frozen=True)
class ProgramRow:
    """One program over all its cells that have a result."""

    program: str
    cost_ratio: float
    """1 + extra texts / baseline texts, pooled over those cells."""
    costs: Costs
    """The same on every axis."""
    summary: Summary
    unit: Unit
    """What its test flips, and what `interval` is over: tasks, or where these are few the queries of these tasks."""
    mean_interval: Interval | None
    """Over tasks."""
    median_interval: Interval | None
    """Over tasks."""
    query_interval: Interval | None
    """Of the mean, over the queries of these tasks."""
    p: float | None
    """Sign-flip test against cosine; None where none below 5 % was possible, as for the corrected ones."""
    p_holm: float | None
    p_bh: float | None
    by_encoder: dict[str, Summary]
    by_domain: dict[str, Summary]

    @property
    def interval(self) -> Interval | None:
        """Of the mean, over what its test flips."""
        return self.mean_interval if self.unit == "tasks" else self.query_interval


@dataclass(frozen=True)
class PairRow:
    """Two programs on their common cells, corrected for all pairs."""

    comparison: Comparison
    p_holm: float | None
    p_bh: float | None


@dataclass(frozen=True)
class Analysis:
    """Everything that is reported of a matrix."""

    unit: Unit
    """What is flipped: tasks, or where there are fewer than six the queries of these tasks."""
    blanks: tuple[str, ...]
    """Why figures are left out, a sentence each."""
    rows: tuple[ProgramRow, ...]
    """Programs with at least one result, in the order asked for."""
    without: tuple[MatrixCell, ...]
    """Cells without a result: failed or missing. They are part of no figure."""
    repeated: int
    """Cells that were evaluated more than once; the figures use the latest attempt."""
    in_search: int
    """Cells whose task the program's own run had searched on."""
    partly: tuple[MatrixCell, ...]
    """Cells that count as held out, though the run had searched on some, less than half, of their texts."""
    by_name: int
    """Cells of which an older archive can tell by names and fingerprints alone."""
    pairs: tuple[PairRow, ...]
    oracles: tuple[Oracle, ...]
    seed: int

    def by_cost(self, axis: Axis) -> list[ProgramRow]:
        """The rows, cheapest first on an axis; those without a cost on it last."""
        return sorted(self.rows, key=lambda row: row.costs.on(axis) or math.inf)


def analyse(matrix: Matrix, *, seed: int = 0) -> Analysis:
    """Compute every figure of a matrix; sign flips are drawn with `seed`."""
    results = {name: cells for name in matrix.programs if (cells := matrix.results(name))}
    unit = significance.unit_of(cell for cells in results.values() for cell in cells)
    p_values = [significance.sign_flip_p(cells, unit, seed=seed) for cells in results.values()]
    family = significance.corrected(p_values, _least_p(results.values(), unit))
    costs = {name: _costs([cell for cell in matrix.of(name) if cell.result is not None]) for name in results}
    rows = [
        ProgramRow(
            program=name,
            cost_ratio=costs[name].texts or 1.0,
            costs=costs[name],
            summary=statistics.summarise(cells),
            unit=unit,
            mean_interval=intervals.mean_interval(cells),
            median_interval=intervals.median_interval(cells),
            query_interval=intervals.query_interval(cells),
            p=p,
            p_holm=p_holm,
            p_bh=p_bh,
            by_encoder={
                key: statistics.summarise(group)
                for key, group in statistics.grouped(cells, lambda cell: cell.encoder).items()
            },
            by_domain={
                key: statistics.summarise(group)
                for key, group in statistics.grouped(cells, lambda cell: cell.domain).items()
            },
        )
        for (name, cells), p, p_holm, p_bh in zip(
            results.items(), p_values, family.holm, family.benjamini_hochberg, strict=True
        )
    ]
    pairs = _pairs(results, unit, seed)
    oracles = (statistics.oracle_per_cell(results), statistics.oracle_per_query(results))
    return Analysis(
        unit=unit,
        blanks=tuple(_blanks(rows, pairs, results)),
        rows=tuple(rows),
        without=tuple(cell for cell in matrix.cells if cell.result is None),
        repeated=sum(cell.attempts > 1 for cell in matrix.cells),
        in_search=sum(cell.in_search for cell in matrix.cells),
        partly=tuple(cell for cell in matrix.cells if not cell.in_search and _share(cell) > 0),
        by_name=sum(not cell.by_content for cell in matrix.cells),
        pairs=pairs,
        oracles=tuple(oracle for oracle in oracles if oracle is not None) if len(results) > 1 else (),
        seed=seed,
    )


def _costs(cells: Sequence[MatrixCell]) -> Costs:
    return Costs.of(
        sum((cell.spent for cell in cells), Spent()),
        sum(map(_baseline, cells), Cost()),
    )


def _baseline(cell: MatrixCell) -> Cost:
    return Cost(cell.baseline_texts, cell.baseline_tokens, cell.baseline_seconds, cell.baseline_vectors)


def _share(cell: MatrixCell) -> float:
    return max(cell.shared_queries, cell.shared_documents)


def _pairs(results: Mapping[str, Sequence[CellDelta]], unit: Unit, seed: int) -> tuple[PairRow, ...]:
    found = [
        comparison
        for first, second in combinations(results.values(), 2)
        if (comparison := significance.compare(first, second, unit, seed=seed)) is not None
    ]
    family = significance.corrected([comparison.p for comparison in found], _least_p(results.values(), unit))
    return tuple(PairRow(*row) for row in zip(found, family.holm, family.benjamini_hochberg, strict=True))


def _least_p(results: Collection[Sequence[CellDelta]], unit: Unit) -> float:
    """The least p that any of these programs could reach."""
    return significance.least_p(max((_count(cells, unit) for cells in results), default=0))


def _count(cells: Sequence[CellDelta], unit: Unit) -> int:
    """How many values a test of these cells flips."""
    return len({cell.task for cell in cells}) if unit == "tasks" else sum(map(len, statistics.query_sums(cells)))


def _blanks(
    rows: Sequence[ProgramRow], pairs: Sequence[PairRow], results: Mapping[str, Sequence[CellDelta]]
) -> Iterator[str]:
    if not rows:
        return
    unit = rows[0].unit
    if any(row.mean_interval is None for row in rows):
        yield (
            f"From fewer than {FEWEST_TASKS} tasks nothing is said of other tasks: no interval over tasks, and no p "
            "from them."
        )
    if any(row.query_interval is None for row in rows):
        yield f"No interval and no p over queries from fewer than {FEWEST_QUERIES}, nor from a single one of a task."
    most = max(_count(cells, unit) for cells in results.values())
    least = significance.least_p(most)
    for what, family in (("programs", rows), ("pairs", pairs)):
        tested = len(family) if all(one.p_holm is None for one in family) else 0
        if tested and least * tested >= THRESHOLD:
            yield (
                f"No p of {what} after Holm: the least that {most} {unit} allow is {least:.2g}, and corrected for "
                f"{tested} {what} {min(least * tested, 1.0):.2g}, never below {THRESHOLD}; name fewer programs or more "
                "tasks."
            )
