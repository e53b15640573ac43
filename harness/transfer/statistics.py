"""What may be said of programs from their cells: summaries, intervals, tests, corrections and oracles.

Cells of one task under several encoders share its queries and documents, so they are not independent: intervals
resample and tests flip whole tasks. Programs are compared on the cells that both have, never on different ones.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.evaluate import TIE

Floats = NDArray[np.float64]
LEVEL = 0.95
RESAMPLES = 9999
FEWEST_TASKS = 5
"""Fewer say too little of how tasks differ for an interval that resamples them."""


@dataclass(frozen=True)
class CellDelta:
    """A cell that has a result: one program with one encoder on one task, against the same encoder's cosine."""

    program: str
    encoder: str
    task: str
    domain: str
    delta: float
    """Mean over the task's queries of nDCG@10 less cosine's."""
    per_query: Floats
    """The same per query, float64 (Q,), in the task's order."""

    @property
    def place(self) -> tuple[str, str]:
        """Encoder and task: what two programs must share to be compared."""
        return self.encoder, self.task


@dataclass(frozen=True)
class Summary:
    """A set of cells in a few figures; `cells` names them."""

    mean: float
    median: float
    wins: int
    ties: int
    losses: int
    worst: CellDelta
    cells: tuple[tuple[str, str], ...]
    """Encoder and task of each, sorted."""

    @property
    def n(self) -> int:
        """Number of cells."""
        return len(self.cells)

    @property
    def win_rate(self) -> float:
        """Wins over all cells, ties among them."""
        return self.wins / self.n


@dataclass(frozen=True)
class Interval:
    """A bootstrap confidence interval."""

    low: float
    high: float
    method: str
    """How it was made: what was resampled, and BCa or percentile."""


@dataclass(frozen=True)
class Comparison:
    """Two programs on the cells that both have."""

    first: str
    second: str
    difference: float
    """Mean delta of the first less that of the second."""
    p: float
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Oracle:
    """The best of several programs, chosen with the labels at hand: an upper bound, no program reaches it."""

    chosen_per: str
    """`cell` or `query`: what the choice is made for."""
    mean: float
    programs: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]
    """Those that all programs have."""


def summarise(cells: Sequence[CellDelta]) -> Summary:
    """Summarise one program's cells, or one group of them. Raises ValueError when there is none."""
    if not cells:
        raise ValueError("There is no cell to summarise.")
    deltas = np.array([cell.delta for cell in cells])
    return Summary(
        mean=float(deltas.mean()),
        median=float(np.median(deltas)),
        wins=int((deltas > TIE).sum()),
        ties=int((np.abs(deltas) <= TIE).sum()),
        losses=int((deltas < -TIE).sum()),
        worst=min(cells, key=lambda cell: (cell.delta, cell.place)),
        cells=tuple(sorted(cell.place for cell in cells)),
    )


def grouped(cells: Iterable[CellDelta], key: Callable[[CellDelta], str]) -> dict[str, list[CellDelta]]:
    """Cells by program, encoder, task or domain, in the order in which each is first met."""
    groups: dict[str, list[CellDelta]] = defaultdict(list)
    for cell in cells:
        groups[key(cell)].append(cell)
    return dict(groups)


def mean_interval(cells: Sequence[CellDelta], *, seed: int = 0) -> Interval | None:
    """95 % interval of the mean delta over cells, whole tasks resampled; None for fewer than five tasks.

    Bias-corrected and accelerated (Efron, 1987); percentile where that is undefined, as for equal values.
    """
    from scipy.stats import bootstrap

    sums, sizes = _task_sums(cells)
    if len(sums) < FEWEST_TASKS:
        return None
    if np.ptp(sums / sizes) == 0:
        return Interval(float(sums[0] / sizes[0]), float(sums[0] / sizes[0]), "tasks, percentile")

    def pooled(some_sums: Floats, some_sizes: Floats, axis: int = -1) -> Floats:
        # Rounded, since BCa counts resamples below the observed mean: equal ones must not differ by their last bit.
        result: Floats = np.round(some_sums.sum(axis=axis) / some_sizes.sum(axis=axis), 12)
        return result

    for method in ("BCa", "percentile"):
        found = bootstrap(
            (sums, sizes),
            pooled,
            paired=True,
            vectorized=True,
            n_resamples=RESAMPLES,
            confidence_level=LEVEL,
            method=method,
            rng=np.random.default_rng(seed),
        ).confidence_interval
        if np.isfinite([found.low, found.high]).all():
            break
    return Interval(float(found.low), float(found.high), f"tasks, {method}")


def median_interval(cells: Sequence[CellDelta], *, seed: int = 0) -> Interval | None:
    """95 % percentile interval of the median delta, whole tasks resampled; None for fewer than five tasks."""
    by_task = [np.array([cell.delta for cell in group]) for group in grouped(cells, lambda cell: cell.task).values()]
    if len(by_task) < FEWEST_TASKS:
        return None
    rng = np.random.default_rng(seed)
    draws = rng.integers(len(by_task), size=(RESAMPLES, len(by_task)))
    if len({len(deltas) for deltas in by_task}) == 1:
        medians = np.median(np.stack(by_task)[draws].reshape(RESAMPLES, -1), axis=1)
    else:
        medians = np.array([np.median(np.concatenate([by_task[task] for task in row])) for row in draws])
    return _percentile(medians, "tasks, percentile")


def query_interval(cells: Sequence[CellDelta], *, seed: int = 0, resamples: int = 1999) -> Interval | None:
    """95 % interval of the mean delta, tasks resampled and within each its queries; None for fewer than five tasks.

    The hierarchical bootstrap (Davison and Hinkley, 1997, section 3.8). A task's queries are drawn alike for all
    encoders, and anew each time that the task is drawn.
    """
    groups = list(grouped(cells, lambda cell: cell.task).values())
    if len(groups) < FEWEST_TASKS:
        return None
    rng = np.random.default_rng(seed)
    draws = rng.integers(len(groups), size=(resamples, len(groups)))
    sums = np.empty(draws.shape)
    sizes = np.array([len(group) for group in groups], dtype=np.float64)
    for number, group in enumerate(groups):
        per_query = np.sum([cell.per_query for cell in group], axis=0)
        drawn = draws == number
        sums[drawn] = per_query[rng.integers(len(per_query), size=(int(drawn.sum()), len(per_query)))].mean(axis=1)
    return _percentile(sums.sum(axis=1) / sizes[draws].sum(axis=1), "tasks and queries, percentile")


def sign_flip_p(cells: Sequence[CellDelta], *, seed: int = 0) -> float:
    """Two-sided p of the paired permutation test that deltas are symmetric about zero; 1 where all are zero.

    The sign of a task's cells is flipped together (Fisher, 1935); exact up to 13 tasks, 9,999 random flips beyond.
    """
    from scipy.stats import permutation_test

    sums, _ = _task_sums(cells)
    if len(sums) < 2:
        return 1.0

    def mean_difference(ours: Floats, theirs: Floats, axis: int = -1) -> Floats:
        result: Floats = np.mean(ours - theirs, axis=axis)
        return result

    tested = permutation_test(
        (sums, np.zeros_like(sums)),
        mean_difference,
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(seed),
    )
    return float(tested.pvalue)


def compare(first: Sequence[CellDelta], second: Sequence[CellDelta], *, seed: int = 0) -> Comparison | None:
    """Compare two programs on their common cells by the sign-flip test; None when they have none."""
    theirs = {cell.place: cell for cell in second}
    pairs = sorted(
        ((cell, theirs[cell.place]) for cell in first if cell.place in theirs), key=lambda pair: pair[0].place
    )
    if not pairs:
        return None
    differences = [
        CellDelta(a.program, a.encoder, a.task, a.domain, a.delta - b.delta, a.per_query - b.per_query)
        for a, b in pairs
    ]
    return Comparison(
        first=first[0].program,
        second=second[0].program,
        difference=summarise(differences).mean,
        p=sign_flip_p(differences, seed=seed),
        cells=tuple(cell.place for cell in differences),
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


def oracle_per_cell(programs: Mapping[str, Sequence[CellDelta]]) -> Oracle | None:
    """The best program of each cell, over the cells that all programs have; None when there is no such cell."""
    return _oracle(programs, "cell", lambda rivals: max(cell.delta for cell in rivals))


def oracle_per_query(programs: Mapping[str, Sequence[CellDelta]]) -> Oracle | None:
    """The best program of each query, over the cells that all programs have; None when there is no such cell."""
    return _oracle(programs, "query", lambda rivals: float(np.max([cell.per_query for cell in rivals], axis=0).mean()))


def _oracle(
    programs: Mapping[str, Sequence[CellDelta]], chosen_per: str, best: Callable[[Sequence[CellDelta]], float]
) -> Oracle | None:
    tables = [{cell.place: cell for cell in cells} for cells in programs.values()]
    common = sorted(set.intersection(*(set(table) for table in tables))) if tables else []
    if not common:
        return None
    values = [best([table[place] for table in tables]) for place in common]
    return Oracle(chosen_per, float(np.mean(values)), tuple(programs), tuple(common))


def _task_sums(cells: Sequence[CellDelta]) -> tuple[Floats, Floats]:
    """Sum and number of the deltas of each task; float64 (T,) each."""
    groups = grouped(cells, lambda cell: cell.task).values()
    sums = np.array([sum(cell.delta for cell in group) for group in groups], dtype=np.float64)
    return sums, np.array([len(group) for group in groups], dtype=np.float64)


def _percentile(values: Floats, method: str) -> Interval:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high), method)
