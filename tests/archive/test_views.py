"""The views say the same as our own code, to anybody who opens the file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import Archive, non_dominated
from tests.archive import sample_records as sample

NUMBERS = st.lists(
    st.tuples(
        st.sampled_from([1.0, 1.5, 2.0, 4.0, None]),
        st.sampled_from([-0.1, 0.0, 0.05, 0.1, None]),
        st.sampled_from(["admitted", "evaluated", "rejected"]),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(NUMBERS, NUMBERS)
def test_frontier_view_equals_python(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[tuple[float | None, float | None, str]],
    second: list[tuple[float | None, float | None, str]],
) -> None:
    with Archive.open(tmp_path_factory.mktemp("views") / "a.db") as archive:
        for numbers in (first, second):
            run_id = archive.start_run(sample.run())
            for cost, delta, status in numbers:
                archive.record_program(run_id, sample.program(delta, cost, status=status))
            complete = [
                (number, cost, delta)
                for number, (cost, delta, status) in enumerate(numbers, 1)
                if cost is not None and delta is not None and status != "rejected"
            ]
            kept = non_dominated([cost for _, cost, _ in complete], [delta for _, _, delta in complete])
            expected = [f"{run_id}.{complete[index][0]}" for index in kept]
            rows = archive.db.query("SELECT id FROM frontier WHERE run_id = ?", [run_id])
            assert [row["id"] for row in rows] == expected
            assert [program.id for program in archive.frontier(run_id)] == expected


def test_ledger_shows_what_a_proposer_may_see(tmp_path: Path) -> None:
    tasks = [sample.task("alpha"), sample.task("hidden", split="validation"), sample.task("beta")]
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run(tasks))
        first = archive.record_program(run_id, sample.program(name="first", tasks=("beta", "hidden", "alpha")))
        archive.record_program(run_id, sample.program(None, None, name="second", parents=[first], tasks=("alpha",)))
        rows = list(archive.db.query("SELECT * FROM ledger WHERE run_id = ?", [run_id]))
    assert [row["name"] for row in rows] == ["first", "second"]
    assert rows[0]["deltas"] == '{"alpha":0.1,"beta":0.1}'
    assert (json.loads(rows[1]["parents"]), json.loads(rows[1]["deltas"])) == ([first], {})
    assert "hidden" not in json.dumps(rows)


def test_spending_counts_failed_calls_and_unknown_costs(tmp_path: Path) -> None:
    calls = [sample.usage(0.25), sample.usage(0.5, verdict="refused"), sample.usage(None)]
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run())
        record = sample.program()
        record.usage[:] = calls
        archive.record_program(run_id, record)
        (row,) = archive.db.query("SELECT * FROM spending WHERE run_id = ?", [run_id])
    assert (row["calls"], row["failed_calls"], row["calls_of_unknown_cost"]) == (3, 1, 1)
    assert (row["cost_usd"], row["input_uncached"], row["cache_write"]) == (0.75, 30, None)


def test_the_sqlite_utils_command_reads_an_archive_without_our_code(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run())
        archive.record_program(run_id, sample.program())
    command = [sys.executable, "-m", "sqlite_utils", "rows", "a.db", "frontier"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    (row,) = json.loads(done.stdout)
    assert row["id"] == f"{run_id}.1"
