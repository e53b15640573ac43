"""Runs go from archive to archive whole, ids kept, conflicts told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from archive import Archive, ArchiveError, CellRecord, Exchange, HeldOut
from archive.checking import check
from archive.portable import Imported, export_file, import_file, merge
from tests.archive import sample_records as sample

HELD_OUT = sample.task("held-out")


def fill(archive: Archive, name: str) -> str:
    """A run of three programs, the first of them also evaluated on a held-out task."""
    run_id = archive.start_run(sample.run())
    parents: list[str] = []
    for number in range(1, 4):
        archive.record_exchange(run_id, Exchange(number, "answer/0", f"h{number}", f"ask\n{name}\n{number}", "answer"))
        program = sample.program(name=f"{name}-{number}", parents=parents)
        parents = [archive.record_program(run_id, program, events=[("note", name)])]
    evaluate(archive, name)
    archive.set_status(run_id, "finished")
    return run_id


def evaluate(archive: Archive, name: str, delta: float = 0.1) -> None:
    HeldOut(archive).record_task("e", "e1", HELD_OUT)
    source = sample.program(name=f"{name}-1").source
    cell = CellRecord(name, source, "e1", HELD_OUT.fingerprint, sample.outcome(HELD_OUT.name, delta))
    HeldOut(archive).record(cell)


def content(archive: Archive, run_id: str) -> str:
    """All of a run, times included."""
    with np.printoptions(threshold=10_000):
        parts = archive.run(run_id), archive.programs(run_id), archive.exchanges(run_id), archive.events(run_id)
        return repr(parts)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db") as archive:
        yield archive


def test_all_runs_come_back_from_an_exported_file(archive: Archive, tmp_path: Path) -> None:
    ids = [fill(archive, name) for name in ("first", "second")]
    export_file(archive, tmp_path / "out.db")
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out.db"], "one file, and nothing beside it"
    with Archive.open(tmp_path / "new.db") as new:
        assert import_file(new, tmp_path / "out.db") == Imported(added=ids, cells=2)
        for run_id in ids:
            assert content(new, run_id) == content(archive, run_id)
        assert repr(HeldOut(new).cells()) == repr(HeldOut(archive).cells())
        assert check(new) == []
        assert import_file(new, tmp_path / "out.db") == Imported(known=ids)


def test_one_run_travels_with_its_own_cells(archive: Archive, tmp_path: Path) -> None:
    first, second = (fill(archive, name) for name in ("first", "second"))
    export_file(archive, tmp_path / "out.db", [second])
    with Archive.open(tmp_path / "out.db", read_only=True) as out:
        assert [run.id for run in out.runs()] == [second]
        assert [cell.record.program for cell in HeldOut(out).cells()] == ["second"]
        assert out.db.execute("SELECT count(*) FROM sources").fetchone() == (3,)
        with pytest.raises(ArchiveError, match="There is no run"):
            out.run(first)


def test_a_run_that_differs_is_told_and_not_touched(archive: Archive, tmp_path: Path) -> None:
    run_id = fill(archive, "first")
    export_file(archive, tmp_path / "then.db")
    archive.record_program(run_id, sample.program(name="later"))
    new = fill(archive, "second")
    before = content(archive, run_id)
    export_file(archive, tmp_path / "now.db")
    taken = import_file(archive, tmp_path / "then.db")
    (conflict,) = taken.conflicts
    assert (taken.added, taken.known) == ([], [])
    assert f"Run {run_id} is in both and differs in programs, outcomes, usage (4 programs here, 3 there)" in conflict
    assert content(archive, run_id) == before
    with Archive.open(tmp_path / "then.db") as then:
        taken = import_file(then, tmp_path / "now.db")
        assert (taken.added, len(taken.conflicts)) == ([new], 1), "what does not differ is taken"
        assert len(then.programs(run_id)) == 3


def test_a_cell_that_two_evaluated_is_told_and_not_touched(archive: Archive, tmp_path: Path) -> None:
    evaluate(archive, "first", 0.1)
    with Archive.open(tmp_path / "b.db") as other:
        evaluate(other, "first", 0.2)
    taken = import_file(archive, tmp_path / "b.db")
    assert len(taken.conflicts) == 1
    assert "Program first was evaluated on the held-out task held-out in both (attempt 1)" in taken.conflicts[0]
    assert [cell.record.outcome.delta for cell in HeldOut(archive).cells()] == [0.1]


def test_archives_merge_into_one_file(archive: Archive, tmp_path: Path) -> None:
    first = fill(archive, "first")
    with Archive.open(tmp_path / "b.db") as other:
        second = fill(other, "second")
    merged = merge([tmp_path / "a.db", tmp_path / "b.db", tmp_path / "a.db"], tmp_path / "m.db")
    assert merged[tmp_path / "b.db"].added == [second]
    with Archive.open(tmp_path / "m.db", read_only=True) as both:
        assert {run.id for run in both.runs()} == {first, second}
        assert check(both) == []


def test_nothing_is_overwritten_or_left_half_written(archive: Archive, tmp_path: Path) -> None:
    run_id = fill(archive, "first")
    (tmp_path / "notes.txt").write_text("mine")
    for attempt in (
        lambda: export_file(archive, tmp_path / "notes.txt"),
        lambda: merge([tmp_path / "a.db"], tmp_path / "notes.txt"),
        lambda: export_file(archive, tmp_path / "out.db", [run_id, "nobody"]),
        lambda: merge([tmp_path / "a.db", tmp_path / "notes.txt"], tmp_path / "out.db"),
        lambda: import_file(archive, tmp_path / "none.db"),
    ):
        with pytest.raises(ArchiveError):
            attempt()
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert list(tmp_path.glob("*out*")) == []
    assert [run.id for run in archive.runs()] == [run_id]


def test_a_run_in_progress_can_be_exported(archive: Archive, tmp_path: Path) -> None:
    run_id = archive.start_run(sample.run())
    archive.record_program(run_id, replace(sample.program(), name="only"))
    export_file(archive, tmp_path / "out.db", [run_id])
    archive.record_program(run_id, sample.program(name="later"))
    with Archive.open(tmp_path / "out.db", read_only=True) as out:
        assert [program.record.name for program in out.programs(run_id)] == ["only"]
