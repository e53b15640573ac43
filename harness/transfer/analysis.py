"""What a matrix says: one row per program, comparisons on common cells, oracles."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from harness.encoders.meter import Cost
from harness.transfer import statistics
from harness.transfer.matrix import Matrix, MatrixCell
from harness.transfer.statistics import Comparison, Interval, Oracle, Summary


@dataclass(frozen=True)
class ProgramRow:
    """One program over all its cells that have a result."""

    program: str
    cost_ratio: float
    """1 + extra texts / baseline texts, pooled over those cells."""
    summary: Summary
    mean_interval: Interval | None
    median_interval: Interval | None
    query_interval: Interval | None
    p: float
    """Sign-flip test against cosine."""
    p_holm: float
    p_bh: float
    by_encoder: dict[str, Summary]
    by_domain: dict[str, Summary]


@dataclass(frozen=True)
class PairRow:
    """Two programs on their common cells, corrected for all pairs."""

    comparison: Comparison
    p_holm: float
    p_bh: float


@dataclass(frozen=True)
class Analysis:
    """Everything that is reported of a matrix."""

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


def analyse(matrix: Matrix, *, seed: int = 0) -> Analysis:
    """Compute every figure of a matrix; resampling is drawn with `seed`."""
    results = {name: cells for name in matrix.programs if (cells := matrix.results(name))}
    p_values = [statistics.sign_flip_p(cells, seed=seed) for cells in results.values()]
    corrected = zip(p_values, statistics.holm(p_values), statistics.benjamini_hochberg(p_values), strict=True)
    rows = [
        ProgramRow(
            program=name,
            cost_ratio=_cost_ratio([cell for cell in matrix.of(name) if cell.result is not None]),
            summary=statistics.summarise(cells),
            mean_interval=statistics.mean_interval(cells, seed=seed),
            median_interval=statistics.median_interval(cells, seed=seed),
            query_interval=statistics.query_interval(cells, seed=seed),
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
        for (name, cells), (p, p_holm, p_bh) in zip(results.items(), corrected, strict=True)
    ]
    oracles = (statistics.oracle_per_cell(results), statistics.oracle_per_query(results))
    return Analysis(
        rows=tuple(rows),
        without=tuple(cell for cell in matrix.cells if cell.result is None),
        repeated=sum(cell.attempts > 1 for cell in matrix.cells),
        in_search=sum(cell.in_search for cell in matrix.cells),
        partly=tuple(cell for cell in matrix.cells if not cell.in_search and _share(cell) > 0),
        by_name=sum(not cell.by_content for cell in matrix.cells),
        pairs=_pairs(matrix, seed),
        oracles=tuple(oracle for oracle in oracles if oracle is not None) if len(results) > 1 else (),
        seed=seed,
    )


def _share(cell: MatrixCell) -> float:
    return max(cell.shared_queries, cell.shared_documents)


def _cost_ratio(cells: Sequence[MatrixCell]) -> float:
    baseline = Cost(texts=sum(cell.baseline_texts for cell in cells))
    return Cost(texts=sum(cell.texts for cell in cells)).ratio_to(baseline)


def _pairs(matrix: Matrix, seed: int) -> tuple[PairRow, ...]:
    found = [
        comparison
        for first, second in combinations(matrix.programs, 2)
        if (comparison := statistics.compare(matrix.results(first), matrix.results(second), seed=seed)) is not None
    ]
    p_values = [comparison.p for comparison in found]
    corrected = zip(found, statistics.holm(p_values), statistics.benjamini_hochberg(p_values), strict=True)
    return tuple(PairRow(*row) for row in corrected)
