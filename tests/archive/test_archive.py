"""What is recorded comes back; what is not there is said so."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest

from archive import Archive, ArchiveError, ProgramRecord
from tests.archive import sample_records as sample


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db") as opened:
        yield opened


def test_a_run_comes_back(archive: Archive) -> None:
    record = sample.run([sample.task("alpha"), sample.task("beta", split="validation")])
    run_id = archive.start_run(record)
    found = archive.run(run_id)
    np.testing.assert_equal(astuple(found.record), astuple(record))
    assert (found.status, found.ended) == ("running", None)
    assert found.record.tasks[0].baseline_per_query.dtype == np.float32


def test_a_program_comes_back_with_all_that_belongs_to_it(archive: Archive) -> None:
    run_id = archive.start_run(sample.run())
    parents = [archive.record_program(run_id, sample.program(name=name)) for name in ("first", "second")]
    record = sample.program(name="third", parents=reversed(parents))
    failed = sample.program(None, None, name="fourth")
    ids = [archive.record_program(run_id, one, events=[("note", one.name)]) for one in (record, failed)]
    assert [*parents, *ids] == [f"{run_id}.{number}" for number in (1, 2, 3, 4)]
    for program_id, expected in zip(ids, (record, failed), strict=True):
        np.testing.assert_equal(astuple(archive.program(program_id).record), astuple(expected))
    assert [program.id for program in archive.programs(run_id)] == [*parents, *ids]
    assert [(event.kind, event.message) for event in archive.events(run_id)] == [("note", "third"), ("note", "fourth")]


def test_text_of_any_kind_is_kept(archive: Archive) -> None:
    run_id = archive.start_run(sample.run())
    hostile = "<script>\x00\x1b[31m \u202eright to left\u2028 '; DROP TABLE runs; -- é \U0001f600"
    record = replace(sample.program(source=hostile), name=hostile, lesson=hostile * 1000, reason=hostile)
    found = archive.program(archive.record_program(run_id, record)).record
    assert (found.source, found.name, found.lesson, found.reason) == (hostile, hostile, hostile * 1000, hostile)
    lone = archive.program(archive.record_program(run_id, sample.program(name="\ud800"))).record
    assert lone.name == "?"


def test_equal_sources_are_stored_once(archive: Archive) -> None:
    for _ in range(2):
        run_id = archive.start_run(sample.run())
        archive.record_program(run_id, sample.program())
    assert archive.db.execute("SELECT count(*) FROM sources").fetchone() == (1,)


def test_status_says_when_a_run_ended(archive: Archive) -> None:
    run_id = archive.start_run(sample.run())
    archive.set_status(run_id, "stopped")
    assert archive.run(run_id).ended is not None
    archive.set_status(run_id, "running")
    assert archive.run(run_id).ended is None


def test_runs_are_named_by_id_beginning_or_latest(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match="no run yet"):
        archive.resolve_run("latest")
    ids = [archive.start_run(sample.run()) for _ in range(3)]
    assert [run.id for run in archive.runs()] == ids[::-1]
    assert archive.resolve_run("latest") == ids[-1]
    assert [archive.resolve_run(run_id) for run_id in ids] == ids
    for run_id in ids:
        beginning = next(run_id[:n] for n in range(1, 7) if sum(other.startswith(run_id[:n]) for other in ids) == 1)
        assert archive.resolve_run(beginning) == run_id
        assert run_id[0].isalpha() and not run_id.isalpha(), "neither a number nor a word"
    with pytest.raises(ArchiveError, match=f"did you mean {ids[0]}"):
        archive.resolve_run(ids[0][:-1] + "_")
    with pytest.raises(ArchiveError, match="There is no run 'zzz' in this archive"):
        archive.resolve_run("zzz")


def test_an_ambiguous_beginning_is_refused(archive: Archive) -> None:
    for run_id in ("ab2345", "ab6789"):
        archive.db.execute("UPDATE runs SET id = ? WHERE id = ?", (run_id, archive.start_run(sample.run([]))))
    with pytest.raises(ArchiveError, match="begins several runs"):
        archive.resolve_run("ab")


def test_programs_are_named_by_id_or_number(archive: Archive) -> None:
    older, latest = (archive.start_run(sample.run()) for _ in range(2))
    with pytest.raises(ArchiveError, match="has no program yet"):
        archive.program("1")
    for run_id in (older, latest):
        archive.record_program(run_id, sample.program())
    assert archive.program("1").id == archive.program("latest.1").id == f"{latest}.1"
    assert archive.program(f"{older}.1").id == f"{older}.1"
    with pytest.raises(ArchiveError, match=f"has the programs {older}.1 to {older}.1"):
        archive.program(f"{older}.9")
    for nonsense in ("", "one", f"{older}.", ".", f"{older}.²"):
        with pytest.raises(ArchiveError, match=r"write RUN\.NUMBER"):
            archive.program(nonsense)


@pytest.mark.parametrize(
    "ask",
    [
        lambda archive: archive.run("nobody"),
        lambda archive: archive.programs("nobody"),
        lambda archive: archive.frontier("nobody"),
        lambda archive: archive.events("nobody"),
        lambda archive: archive.exchanges("nobody"),
        lambda archive: archive.export("nobody"),
        lambda archive: archive.set_status("nobody", "stopped"),
        lambda archive: archive.event("nobody", "note", ""),
        lambda archive: archive.record_program("nobody", sample.program()),
    ],
)
def test_a_run_that_does_not_exist_is_an_error(archive: Archive, ask: object) -> None:
    archive.start_run(sample.run())
    with pytest.raises(ArchiveError, match="There is no run 'nobody'"):
        ask(archive)  # type: ignore[operator]


def test_a_program_is_recorded_wholly_or_not_at_all(archive: Archive) -> None:
    run_id = archive.start_run(sample.run())
    before = archive.export(run_id)
    twice_the_same_task = sample.program(tasks=("alpha", "alpha"))
    unknown_parent = sample.program(parents=["nobody.1"])
    for broken in (twice_the_same_task, unknown_parent, replace(sample.program(), status="excellent")):
        with pytest.raises(ArchiveError):
            archive.record_program(run_id, broken)
        assert archive.export(run_id) == before
    assert archive.record_program(run_id, sample.program()) == f"{run_id}.1"


def test_looking_loads_no_heavy_package(archive: Archive) -> None:
    archive.start_run(sample.run())
    look = (
        "import sys; from archive import Archive; a = Archive.open(sys.argv[1], read_only=True); a.runs()\n"
        "print({name.split('.')[0] for name in sys.modules} & {'sqlite_utils', 'torch', 'pandas', 'scipy', 'click'})"
    )
    done = subprocess.run([sys.executable, "-c", look, archive.path], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def fill(archive: Archive, lesson: str = "none yet") -> str:
    """A run whose texts name its own programs."""
    run_id = archive.start_run(sample.run())
    first = archive.record_program(run_id, sample.program())
    child: ProgramRecord = sample.program(name="child", parents=[first])
    archive.record_program(run_id, replace(child, reason=f"Better than {first}.", lesson=lesson))
    return run_id


def test_a_repeated_run_exports_the_same(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as one, Archive.open(tmp_path / "b.db") as other:
        fill(one)
        exported = [one.export(fill(one)), other.export(fill(other))]
        assert exported[0] == exported[1]
        assert exported[0]["programs"][1]["reason"] == "Better than RUN.1."
        assert exported[0] != other.export(fill(other, lesson="another"))


def test_timings_do_not_enter_the_export(archive: Archive) -> None:
    slow, fast = sample.program(), sample.program()
    slow = replace(
        slow, outcomes=[replace(o, wall_s=99.0, cpu_s=99.0, encoder_seconds=9.0, peak_rss=9) for o in slow.outcomes]
    )
    exported = []
    for record in (slow, fast):
        run_id = archive.start_run(sample.run())
        archive.record_program(run_id, record)
        exported.append(archive.export(run_id))
    assert exported[0] == exported[1]
