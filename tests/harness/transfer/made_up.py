"""Cells with deltas of one's choice."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.transfer.statistics import CellDelta

deltas = st.floats(-1, 1, allow_nan=False).map(lambda value: round(value, 6))


def cell(task: str, delta: float, *, program: str = "p", encoder: str = "e", spread: float = 0.0) -> CellDelta:
    """Three queries about a delta."""
    return CellDelta(program, encoder, task, "law", delta, delta + spread * np.array([-1.0, 0.0, 1.0]))


def cells(values: Sequence[float], program: str = "p") -> list[CellDelta]:
    """One task a value."""
    return [cell(f"t{number}", value, program=program) for number, value in enumerate(values)]


def corpus(per_query: NDArray[np.float64], program: str = "p", encoder: str = "e", task: str = "t") -> CellDelta:
    """One task with these deltas per query."""
    return CellDelta(program, encoder, task, "law", float(per_query.mean()), per_query)
