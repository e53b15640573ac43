"""Files that are no archive, a newer one, or cannot be written: one sentence each, and nothing is changed."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import Archive, ArchiveError
from tests.archive import sample_records as sample


def make(path: Path) -> str:
    with Archive.open(path) as archive:
        run_id = archive.start_run(sample.run())
        archive.record_program(run_id, sample.program())
    return run_id


def intact(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return found and connection.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        connection.close()


@pytest.mark.parametrize("read_only", [False, True])
def test_an_archive_from_a_newer_version_is_refused_and_left_alone(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "a.db"
    make(path)
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('archive', 'tomorrow', '2099')"
    )
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match=r"newer version \(it has the migration tomorrow\); upgrade"):
        Archive.open(path, read_only=read_only)
    assert path.read_bytes() == before
    assert intact(path)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes.\n" * 100)
    with pytest.raises(ArchiveError, match="is not a database"):
        Archive.open(path, read_only=read_only)
    assert path.read_text() == "These are my notes.\n" * 100


@pytest.mark.parametrize("read_only", [False, True])
def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match="no archive of this program"):
        Archive.open(path, read_only=read_only)
    assert path.read_bytes() == before


@pytest.mark.parametrize("options", [{"read_only": True}, {"create": False}])
def test_a_missing_file_is_said_to_be_missing(tmp_path: Path, options: dict[str, bool]) -> None:
    with pytest.raises(ArchiveError, match="There is no archive"):
        Archive.open(tmp_path / "none.db", **options)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_can_become_an_archive_but_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.touch()
    with pytest.raises(ArchiveError, match="is empty; name an archive"):
        Archive.open(path, read_only=True)
    make(path)
    assert intact(path)


def test_a_missing_folder_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="There is no folder"):
        Archive.open(tmp_path / "none" / "a.db")


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="cannot be"):
        Archive.open(tmp_path)


def test_a_damaged_archive_is_an_error_and_not_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    run_id = make(path)
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="damaged"), Archive.open(path, read_only=True) as archive:
        archive.programs(run_id)


def test_nothing_can_be_written_through_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    run_id = make(path)
    with Archive.open(path, read_only=True) as archive:
        assert len(archive.programs(run_id)) == 1
        with pytest.raises(ArchiveError, match="cannot be written"):
            archive.record_program(run_id, sample.program())
    assert intact(path)


def test_a_full_disk_loses_the_program_in_hand_and_nothing_else(tmp_path: Path) -> None:
    """The limit on pages makes SQLite fail in the same way and at the same place as a full disk."""
    path = tmp_path / "a.db"
    with Archive.open(path) as archive:
        run_id = archive.start_run(sample.run())
        (pages,) = archive.db.execute("PRAGMA page_count").fetchone()
        archive.db.execute(f"PRAGMA max_page_count = {pages + 20}")
        recorded = fill_until_full(archive, run_id)
        assert len(archive.programs(run_id)) == recorded
        assert all(len(program.record.outcomes) == len(sample.TASKS) for program in archive.programs(run_id))
        archive.db.execute("PRAGMA max_page_count = 1000000")
        assert archive.record_program(run_id, sample.program()) == f"{run_id}.{recorded + 1}"
    assert intact(path)


def fill_until_full(archive: Archive, run_id: str) -> int:
    """Number of programs recorded before the disk is said to be full."""
    for number in range(1000):
        try:
            archive.record_program(run_id, sample.program(source=f"# {number}\n" * 3000))
        except ArchiveError as error:
            assert "is full" in str(error)
            return number
    raise AssertionError("the disk never was full")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of two megabytes, where this process may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_really_full_disk(small_disk: Path) -> None:
    path = small_disk / "a.db"
    with Archive.open(path) as archive:
        run_id = archive.start_run(sample.run())
        recorded = fill_until_full(archive, run_id)
        with pytest.raises(ArchiveError, match="is full"):
            archive.record_program(run_id, sample.program(source="# again\n" * 100_000))
        assert len(archive.programs(run_id)) == recorded
    assert intact(path)
    with Archive.open(path, read_only=True) as archive:
        assert len(archive.programs(run_id)) == recorded


def test_a_read_only_disk_can_be_read_and_not_written(small_disk: Path) -> None:
    path = small_disk / "a.db"
    run_id = make(path)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(ArchiveError, match="cannot be written"):
        Archive.open(path)
    with pytest.raises(ArchiveError, match="cannot be written"):
        Archive.open(small_disk / "new.db")
    with Archive.open(path, read_only=True) as archive:
        assert [program.id for program in archive.programs(run_id)] == [f"{run_id}.1"]


def test_what_is_still_in_the_log_is_not_passed_over_on_a_read_only_disk(tmp_path: Path, small_disk: Path) -> None:
    """A killed writer leaves its newest programs in the write-ahead log, which cannot be read there."""
    with Archive.open(tmp_path / "a.db") as archive:
        archive.record_program(archive.start_run(sample.run()), sample.program())
        for name in ("a.db", "a.db-wal"):
            shutil.copy(tmp_path / name, small_disk / name)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(ArchiveError, match=r"copy both to a folder that can be written"):
        Archive.open(small_disk / "a.db", read_only=True)
    for name in ("a.db", "a.db-wal"):
        shutil.copy(small_disk / name, tmp_path / f"copy-{name}")
    with Archive.open(tmp_path / "copy-a.db", read_only=True) as archive:
        assert len(archive.programs(archive.resolve_run("latest"))) == 1
