"""A whole archive passes; each kind of damage is told."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from archive import Archive, CellRecord, Exchange, HeldOut, TrialRecord, Trials
from archive.checking import check, vacuum
from archive.packing import pack
from tests.archive import sample_records as sample

HELD_OUT = sample.task("held-out")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run([sample.task("alpha"), sample.task("beta", split="validation")]))
        archive.record_exchange(run_id, Exchange(1, "answer/0", "h", "request", "response"))
        first = archive.record_program(run_id, sample.program(0.0, name="first", tasks=("alpha", "beta")))
        archive.record_program(run_id, sample.program(None, None, name="second", tasks=("alpha",), parents=[first]))
        HeldOut(archive).record_task("e", "e1", HELD_OUT)
        outcome = sample.outcome(HELD_OUT.name, 0.0)
        HeldOut(archive).record(CellRecord("p", "source", "e1", HELD_OUT.fingerprint, outcome))
        Trials(archive, run_id).record(TrialRecord(3, "tried", "of a trial alone", 1, "ok", ""))
        yield archive


def test_a_whole_archive_passes(archive: Archive) -> None:
    assert check(archive) == []


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (
            "UPDATE programs SET number = 7, id = run_id || '.7' WHERE number = 2",
            "2 programs, but the last is number 7",
        ),
        ("UPDATE programs SET id = 'x.y' WHERE number = 2", "Program x.y has an id that is not its run and number"),
        ("UPDATE outcomes SET task = 'other' WHERE task = 'beta'", "has an outcome on other, which is no task"),
        ("DELETE FROM outcomes WHERE task = 'alpha' AND verdict = 'ok'", "not every task of its run ended ok (0 of 1)"),
        ("UPDATE parents SET parent_id = program_id", "names the later program"),
        ("INSERT INTO sources VALUES ('abc', 'text')", "Source abc belongs to no program"),
        ("UPDATE sources SET source = source || ' '", "is not the text that its hash was taken of"),
        ("UPDATE outcomes SET ndcg = 0.9 WHERE task = 'beta'", "not the mean of its searched queries' values"),
        ("UPDATE outcomes SET delta = 0.9 WHERE task = 'beta'", "not its nDCG@10 less the cosine's"),
        ("UPDATE outcomes SET per_query = NULL WHERE task = 'beta'", "only a part of its result on beta"),
        (
            "UPDATE heldout_outcomes SET per_query = x'00000000'",
            "Held-out program p has values of 4 bytes on held-out, not of the 20 of its queries",
        ),
        ("UPDATE tasks SET baseline_ndcg = 0.1 WHERE name = 'beta'", "The cosine of run"),
        ("UPDATE exchanges SET request = x'00'", "The exchanges of run"),
        ("DELETE FROM programs WHERE number = 1", "refers to a row of programs that is not there"),
    ],
)
def test_damage_is_told(archive: Archive, damage: str, sentence: str) -> None:
    archive.db.execute("PRAGMA foreign_keys = OFF")
    archive.db.execute(damage)
    told = check(archive)
    assert any(sentence in one for one in told), told


def test_runs_that_disagree_on_the_cosine_are_told(archive: Archive) -> None:
    archive.start_run(sample.run([sample.task("alpha")]))
    assert check(archive) == []
    values = pack(np.full(sample.N_QUERIES, 0.25, np.float32))
    archive.db.execute(
        "UPDATE tasks SET baseline_ndcg = 0.25, baseline_per_query = ? WHERE run_id = ?",
        [values, archive.resolve_run("latest")],
    )
    assert check(archive) == [
        "The cosine's nDCG@10 on alpha differs by 0.2500 between runs of equal task and encoder fingerprints."
    ]


def test_a_damaged_file_is_told(archive: Archive, tmp_path: Path) -> None:
    run_id = archive.resolve_run("latest")
    for number in range(50):
        archive.record_program(run_id, sample.program(0.0, name=str(number), tasks=("alpha", "beta")))
    vacuum(archive)
    content = bytearray((tmp_path / "a.db").read_bytes())
    (page,) = archive.db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()
    content[(page - 1) * 8192 : page * 8192] = b"\xa5" * 8192
    (tmp_path / "b.db").write_bytes(content)
    with Archive.open(tmp_path / "b.db", read_only=True) as damaged:
        assert all(sentence.startswith("The file is damaged") for sentence in check(damaged))
        assert check(damaged) != []


def test_vacuum_frees_what_is_not_used_and_loses_nothing(archive: Archive) -> None:
    run_id = archive.resolve_run("latest")
    before = archive.export(run_id)
    archive.db.execute("INSERT INTO sources VALUES ('abc', ?)", ["unused " * 100_000])
    large, small = vacuum(archive)
    assert small < large - 600_000
    assert archive.export(run_id) == before
    assert [trial.source for trial in Trials(archive, run_id).all()] == ["of a trial alone"]
    assert check(archive) == []
