"""Summaries and oracles against naive computation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.transfer import statistics
from harness.transfer.statistics import CellDelta
from tests.harness.transfer.made_up import cell, cells, deltas


@given(st.lists(deltas, min_size=1, max_size=12))
def test_a_summary_equals_the_naive_count(values: list[float]) -> None:
    summary = statistics.summarise(cells(values))
    assert summary.mean == pytest.approx(sum(values) / len(values))
    ordered = sorted(values)
    middle = len(values) // 2
    median = ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    assert summary.median == pytest.approx(median)
    assert summary.wins == len([value for value in values if value > 1e-6])
    assert summary.losses == len([value for value in values if value < -1e-6])
    assert summary.wins + summary.ties + summary.losses == summary.n == len(values)
    assert summary.worst.delta == min(values)


def test_a_summary_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no cell"):
        statistics.summarise([])


def test_groups_keep_every_cell_once() -> None:
    sample = [cell("a", 0.1, encoder="x"), cell("b", 0.2, encoder="y"), cell("c", 0.3, encoder="x")]
    groups = statistics.grouped(sample, lambda one: one.encoder)
    assert {name: [one.task for one in group] for name, group in groups.items()} == {"x": ["a", "c"], "y": ["b"]}


@given(st.lists(st.tuples(deltas, deltas, deltas), min_size=1, max_size=6))
def test_the_oracle_per_cell_is_the_mean_of_the_maxima(table: list[tuple[float, float, float]]) -> None:
    programs = {f"p{column}": cells([row[column] for row in table], program=f"p{column}") for column in range(3)}
    oracle = statistics.oracle_per_cell(programs)
    assert oracle is not None and oracle.chosen_per == "cell" and len(oracle.programs) == 3
    assert oracle.mean == pytest.approx(np.mean([max(row) for row in table]))


def test_the_oracle_per_query_is_at_least_the_one_per_cell_and_needs_common_cells() -> None:
    first = [CellDelta("p", "e", "t", "law", 0.1, np.array([0.3, -0.1]))]
    second = [CellDelta("q", "e", "t", "law", 0.0, np.array([-0.4, 0.4]))]
    oracle = statistics.oracle_per_query({"p": first, "q": second})
    assert oracle is not None and oracle.mean == pytest.approx(0.35)
    assert statistics.oracle_per_query({"p": first, "q": [cell("other", 0.0, program="q")]}) is None
