"""Archives as files: carried, joined, checked and shrunk from the command line."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from archive import Archive
from tests.harness.cli.conftest import Run
from tests.harness.report import archives


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path, str, str]:
    """Two archives and their runs."""
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    return first, second, archives.search(first, 5, tasks=["one"]), archives.search(second, 6, seed=1, tasks=["two"])


def runs(path: Path) -> set[str]:
    with Archive.open(path, read_only=True) as archive:
        return {run.id for run in archive.runs()}


def test_what_is_exported_is_imported_elsewhere(pair: tuple[Path, Path, str, str], tmp_path: Path, ttc: Run) -> None:
    first, second, first_run, second_run = pair
    carried = tmp_path / "carried.db"
    code, out, _ = ttc("archive", "export", str(carried), first_run[:4], "--archive", str(first))
    assert code == 0
    assert ": 1 run," in out
    code, out, _ = ttc("archive", "import", str(carried), "--archive", str(second))
    assert (code, "1 new run," in out) == (0, True)
    assert runs(second) == {first_run, second_run}
    assert "0 new runs, 1 known" in ttc("archive", "import", str(carried), "--archive", str(second))[1]
    code, _, error = ttc("archive", "export", str(carried), "--archive", str(first))
    assert code == 1
    assert "already" in error


def test_a_conflict_is_told_and_the_own_is_kept(pair: tuple[Path, Path, str, str], tmp_path: Path, ttc: Run) -> None:
    first, _, run_id, _ = pair
    other = tmp_path / "other.db"
    assert ttc("archive", "export", str(other), "--archive", str(first))[0] == 0
    connection = sqlite3.connect(other)
    connection.execute("UPDATE programs SET lesson = 'another lesson' WHERE number = 2")
    connection.commit()
    connection.close()
    code, out, _ = ttc("archive", "import", str(other), "--archive", str(first))
    assert code == 1
    assert run_id in out
    assert "1 conflict." in out
    with Archive.open(first, read_only=True) as archive:
        assert archive.program(f"{run_id}.2").record.lesson == "Lesson 2: smoothing helps."


def test_merge_has_the_runs_of_all(pair: tuple[Path, Path, str, str], tmp_path: Path, ttc: Run) -> None:
    first, second, *run_ids = pair
    merged = tmp_path / "merged.db"
    assert ttc("archive", "merge", str(first), str(second), "-o", str(merged))[0] == 0
    assert runs(merged) == set(run_ids)
    assert ttc("archive", "check", "--archive", str(merged))[0] == 0


def test_check_finds_what_was_changed_by_hand(pair: tuple[Path, Path, str, str], tmp_path: Path, ttc: Run) -> None:
    code, out, _ = ttc("archive", "check", "--archive", str(pair[0]))
    assert (code, out) == (0, f"{pair[0]}: whole.\n")
    connection = sqlite3.connect(pair[0])
    connection.execute("UPDATE outcomes SET ndcg = ndcg + 0.1 WHERE ndcg IS NOT NULL")
    connection.commit()
    connection.close()
    code, out, _ = ttc("archive", "check", "--archive", str(pair[0]))
    assert code == 1
    assert "is not the mean of its searched queries' values" in out


def test_vacuum_keeps_all_and_frees_the_rest(pair: tuple[Path, Path, str, str], tmp_path: Path, ttc: Run) -> None:
    first, _, run_id, _ = pair
    shutil.copy(first, tmp_path / "copy.db")
    connection = sqlite3.connect(first)
    connection.executemany("INSERT INTO sources VALUES (?, ?)", [(f"h{n}", "x" * 10_000) for n in range(100)])
    connection.commit()
    connection.close()
    before = first.stat().st_size
    assert ttc("archive", "vacuum", "--archive", str(first))[0] == 0
    assert first.stat().st_size < before / 2
    with Archive.open(first, read_only=True) as kept, Archive.open(tmp_path / "copy.db", read_only=True) as copy:
        assert kept.export(run_id) == copy.export(run_id)
