"""What may be said of programs from their cells: summaries, oracles, and the sums that intervals and tests are made of.

Cells of one task under several encoders share its queries and documents, so they are not independent: intervals and
tests take a task, or a query, under all encoders as one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.evaluation.evaluate import TIE

Floats = NDArray[np.float64]


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


def task_sums(cells: Sequence[CellDelta]) -> tuple[Floats, Floats]:
    """Sum and number of the deltas of each task; float64 (T,) each."""
    groups = grouped(cells, lambda cell: cell.task).values()
    sums = np.array([sum(cell.delta for cell in group) for group in groups], dtype=np.float64)
    return sums, np.array([len(group) for group in groups], dtype=np.float64)


def query_sums(cells: Sequence[CellDelta]) -> list[Floats]:
    """Per-query deltas of each task, summed over its cells and divided by the number of all: float64 (Q,) each.

    The means of these parts add up to the mean delta over cells.
    """
    groups = grouped(cells, lambda cell: cell.task).values()
    return [np.sum([cell.per_query for cell in group], axis=0) / len(cells) for group in groups]


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
