"""The published run told again beside what was recorded."""

from dataclasses import replace
from pathlib import Path

import pytest

from archive import Program, Run
from harness.published.place import open_archive
from harness.reproduce.replay import CELL, SAME, Told, compare, replay, shared_tasks, write_comparison


@pytest.fixture
def recorded() -> tuple[Run, list[Program]]:
    with open_archive("published", read_only=True) as archive:
        run = archive.runs()[0]
        return run, archive.programs(run.id)


def test_the_run_beside_itself_is_equal_everywhere(recorded: tuple[Run, list[Program]]) -> None:
    run, told = recorded
    shared = shared_tasks(run, run)
    assert len(shared) == 14
    rows = compare(Told(run, told), Told(run, told), shared)
    assert len(rows) == 83 and all(row.farthest == 0 for row in rows if row.recorded is not None)
    best = next(row for row in rows if row.name == "OwnGenericPart")
    assert best.recorded == pytest.approx(0.1649, abs=5e-5) and best.reason == ""
    assert best.cost_recorded == best.cost_here == pytest.approx(told[80].record.cost_ratio)
    some = compare(Told(run, told), Told(run, told), ["cisi", "humaneval"])
    assert some[80].recorded != best.recorded and some[80].cost_recorded != best.cost_recorded
    text = write_comparison(run, told, run, told)
    assert f"82 of 82 programs had the figures recorded (within {SAME:g}" in text
    assert "82 of 83 programs have a result in both" in text


def test_a_figure_that_moved_is_told(recorded: tuple[Run, list[Program]]) -> None:
    run, told = recorded
    moved = told[80]
    outcomes = list(moved.record.outcomes)
    outcomes[0] = replace(outcomes[0], delta=(outcomes[0].delta or 0.0) - 2 * CELL)
    now = [*told[:80], replace(moved, record=replace(moved.record, outcomes=outcomes)), *told[81:]]
    row = compare(Told(run, told), Told(run, now), shared_tasks(run, run))[80]
    assert row.farthest == pytest.approx(2 * CELL)
    assert row.here == pytest.approx((row.recorded or 0.0) - 2 * CELL / 14)
    assert f"81 had them within {CELL}" in write_comparison(run, told, run, now)


def test_on_other_tasks_the_figures_only_stand_side_by_side(quick: list[str], tmp_path: Path) -> None:
    words = [word for word in quick if not word.startswith(("encoders=", "archive."))]
    words += ["encoder=wordllama", "search.generations=3"]
    text = replay(tmp_path / "again", words).read_text()
    assert "No task is one of those recorded" in text
    # Transductive ones are flagged, as they were then, and have a figure.
    (line,) = (line for line in text.splitlines() if line.startswith("| BothAxes"))
    assert line.rstrip(" |").endswith("transductive") and "+0.1396" in line
    assert replay(tmp_path / "again", words).read_text() == text
