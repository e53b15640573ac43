"""Reference programs apart by whether they use BM25, which costs nothing: cost and gain over all of them mislead.

BM25 enters the published ladder in its middle, so programs beyond it cost more and gain more, though the gain is of the
channel and not of the cost (Simpson's paradox). Within each half, cost and gain can be looked at by themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.programs.operations.calls import OPERATIONS, called_operations
from harness.transfer.analysis import ProgramRow
from primitives import programs

FEWEST = 3
"""Two programs always lie on a line."""


@dataclass(frozen=True)
class Halves:
    """Rows of reference programs without BM25 and with it; rows of other programs are in neither."""

    without: tuple[ProgramRow, ...]
    with_bm25: tuple[ProgramRow, ...]

    @property
    def by_name(self) -> dict[str, tuple[ProgramRow, ...]]:
        """The halves as they are called in a table."""
        return {"without BM25": self.without, "with BM25": self.with_bm25}


def halve(rows: Iterable[ProgramRow]) -> Halves:
    """Tell the rows of reference programs apart by whether the program calls `bm25`."""
    known = [row for row in rows if row.program in programs.names()]
    lexical = {row.program for row in known if _calls_bm25(programs.source(row.program))}
    return Halves(
        tuple(row for row in known if row.program not in lexical), tuple(row for row in known if row.program in lexical)
    )


def correlation(rows: Sequence[ProgramRow]) -> float | None:
    """Pearson's, of cost ratio and mean delta; None from fewer than three programs, or where either is constant."""
    costs, gains = [row.cost_ratio for row in rows], [row.summary.mean for row in rows]
    if len(rows) < FEWEST or np.ptp(costs) == 0 or np.ptp(gains) == 0:
        return None
    return float(np.corrcoef(costs, gains)[0, 1])


def _calls_bm25(source: str) -> bool:
    return OPERATIONS["bm25"] in {finding.operation for finding in called_operations(source)}
