"""Disks that share no memory between processes, or lock no file: an archive without a log, or one sentence."""

import errno
import fcntl
import mmap
import sqlite3
from pathlib import Path
from typing import NoReturn

import pytest

from archive import Archive, ArchiveError, Exchange
from archive.connection import sentences
from harness.encoders.store import EmbeddingStore
from tests.archive import sample_records as sample


def journal_of(path: Path) -> str:
    connection = sqlite3.connect(path)
    try:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    finally:
        connection.close()
    return str(mode)


@pytest.fixture
def unshared(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a FUSE or 9p disk has it: no memory is mapped from a file to be shared."""

    def refuse(*arguments: object) -> NoReturn:
        raise OSError(errno.ENODEV, "No such device")

    monkeypatch.setattr(mmap, "mmap", refuse)


@pytest.mark.usefixtures("unshared")
def test_without_shared_memory_there_is_no_log_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Archive.open(path) as archive, Archive.open(path) as other:
        run_id = archive.start_run(sample.run())
        other.record_program(run_id, sample.program())
        archive.record_exchange(run_id, Exchange(1, "answer/0", "h", "request", "response"))
        assert not path.with_name("a.db-wal").exists()
        with Archive.open(path, read_only=True) as reader:
            assert len(reader.programs(run_id)) == 1
        assert archive.db.execute("PRAGMA synchronous").fetchone() == (2,), "a rollback file is safe only so"
    assert journal_of(path) == "delete"


def test_an_archive_with_a_log_goes_on_without_one_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.db"
    with Archive.open(path) as archive:
        run_id = archive.start_run(sample.run())
    assert journal_of(path) == "wal"
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("archive.journal.shares_memory", lambda folder: False)
        with Archive.open(path) as archive:
            assert archive.run(run_id).status == "running"
        assert journal_of(path) == "delete"
    Archive.open(path).close()
    assert journal_of(path) == "wal"


@pytest.mark.usefixtures("unshared")
def test_the_cache_does_without_a_log_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = EmbeddingStore(tmp_path, 10**9)
    store.close()
    assert journal_of(store.path) == "delete"
    assert caplog.records == []


def test_a_disk_without_locks_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*arguments: object) -> NoReturn:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", refuse)
    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(ArchiveError, match=r"cannot lock files as a local one .* on one of this"):
        Archive.open(tmp_path / "a.db")
    EmbeddingStore(tmp_path / "cache", 10**9).close()
    assert "No locks available" in caplog.text
    monkeypatch.undo()
    with Archive.open(tmp_path / "a.db") as archive:
        monkeypatch.setattr(fcntl, "flock", refuse)
        with pytest.raises(ArchiveError, match="cannot lock files"), archive.held("run", "somebody else has it"):
            pass


@pytest.mark.parametrize(
    "code",
    [sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_SHMMAP, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_IOERR_RDLOCK],
)
def test_what_sqlite_says_of_such_disks_is_no_full_disk(tmp_path: Path, code: int) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    with pytest.raises(ArchiveError, match="cannot lock files as a local one does"), sentences(tmp_path / "a.db"):
        raise error
