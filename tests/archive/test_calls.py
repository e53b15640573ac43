"""Calls to language models: none is made without a row, and every row says what the caps are to count."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from archive import Archive, ArchiveError, CallRecord, Calls, Exchange, UsageRecord
from archive.connection import transaction
from archive.schema import MIGRATIONS, SET, migrate
from tests.archive import sample_records as sample

ASKED = UsageRecord("anthropic", "some-model", step="answer/0")
ANSWERED = replace(sample.usage(0.25), step="answer/0")


def begun(archive: Archive, run_id: str, number: int = 1) -> int:
    return Calls(archive, run_id).begin(CallRecord(number, ASKED, charged_usd=2.0, charged_tokens=500))


def answer(archive: Archive, run_id: str, position: int, number: int = 1) -> None:
    call = CallRecord(number, ANSWERED, charged_usd=0.25, charged_tokens=60)
    archive.record_exchange(run_id, Exchange(number, "answer/0", "hash", "asked", "answered"), call, position)


def test_a_call_counts_at_its_most_until_it_is_answered(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run())
        calls = Calls(archive, run_id)
        position = begun(archive, run_id)
        assert calls.charged() == (2.0, 500)
        assert [call.usage.verdict for call in calls.beside_programs()] == ["in-flight"]
        answer(archive, run_id, position)
        assert calls.charged() == (0.25, 60)
        assert [call.usage for call in calls.beside_programs()] == [ANSWERED]
        archive.record_program(run_id, replace(sample.program(), usage=[replace(ANSWERED, verdict="unusable")]))
        assert calls.beside_programs() == []
        assert calls.charged() == (0.25, 60)
        (program,) = archive.programs(run_id)
        assert [call.verdict for call in program.record.usage] == ["unusable"]


def test_a_program_that_somebody_else_wrote_does_not_inherit_an_answered_call(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run())
        calls = Calls(archive, run_id)
        answer(archive, run_id, begun(archive, run_id))
        archive.record_program(run_id, replace(sample.program(), usage=[]))
        (program,) = archive.programs(run_id)
        assert program.record.usage == []
        assert [(call.number, call.usage.verdict) for call in calls.beside_programs()] == [(1, "set-aside")]
        assert calls.charged() == (0.25, 60)


def test_a_failed_call_costs_nothing_and_a_lost_one_its_most(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run())
        calls = Calls(archive, run_id)
        calls.failed(1, begun(archive, run_id), "The server is out of order.")
        begun(archive, run_id)
        (lost,) = calls.lose()
        assert (lost.number, lost.charged_usd, calls.lose()) == (1, 2.0, [])
        answer(archive, run_id, begun(archive, run_id))
        archive.record_program(run_id, replace(sample.program(), usage=[ANSWERED]))
        assert [(call.usage.verdict, call.detail) for call in calls.beside_programs()] == [
            ("failed", "The server is out of order."),
            ("lost", "Its process ended before the answer came."),
        ]
        assert calls.charged() == (2.25, 560)
        assert [call.step for call in archive.programs(run_id)[0].record.usage] == ["answer/0"]
        (row,) = archive.db.query("SELECT * FROM spending")
        assert (row["calls"], row["failed_calls"], row["unanswered_calls"]) == (3, 2, 2)
        assert (row["cost_usd"], row["charged_usd"]) == (0.25, 2.25)
        assert "lost" not in str(archive.export(run_id)["programs"])


def test_usage_of_an_older_archive_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.MonkeyPatch.context() as patch, transaction(connection):
        # A copy: what is taken from a dictionary and given back stands at its end.
        patch.setattr("archive.schema.MIGRATIONS", dict(list(MIGRATIONS.items())[:1]))
        migrate(connection)
    connection.execute(
        "INSERT INTO runs VALUES ('old1', '2026', NULL, 'finished', 'compute', 0, 'e', 'f', "
        "'{}', '{}', '{}', '{}', '{}')"
    )
    connection.execute("INSERT INTO sources VALUES ('h', 'x')")
    connection.execute(
        "INSERT INTO programs VALUES ('old1.1', 'old1', 1, 1, '2026', 'n', 'h', 'e', 's', 'full', 'm', '', '', '', "
        "'rejected', 'timeout', '', NULL, NULL, 0, 0, 0, '[]', '[]')"
    )
    connection.execute(
        "INSERT INTO usage VALUES ('old1.1', 0, 'anthropic', 'm', 'proposal', 'ok', 'r', 1, 2.5, "
        "10, 20, NULL, 30, NULL, 0.25, 'list')"
    )
    connection.close()
    before = path.read_bytes()
    with Archive.open(path, read_only=True) as archive:
        assert archive.programs("old1")[0].record.usage[0].request_id == "r"
        assert Calls(archive, "old1").charged() == (0.25, 60)
        with pytest.raises(ArchiveError):
            archive.event("old1", "note", "an archive that is only read")
    assert path.read_bytes() == before
    with Archive.open(path) as archive:
        assert [row["name"] for row in archive.db["_sqlite_migrations"].rows if row["migration_set"] == SET] == list(
            MIGRATIONS
        )
        (call,) = archive.programs("old1")[0].record.usage
        assert (call.request_id, call.cache_read, call.cost_usd, call.step) == ("r", 20, 0.25, "")
        assert Calls(archive, "old1").charged() == (0.25, 60)
