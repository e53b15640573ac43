"""Whatever a person gets wrong ends in one sentence and an exit code, and loses nothing."""

import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive import Archive
from tests.e2e.conftest import QUICK, Ttc


def one_sentence(process: "subprocess.CompletedProcess[str]", code: int, *said: str) -> None:
    """The exit code, one line on standard error that says so much, and no traceback.

    On a slow machine, lines before it may say what goes on.
    """
    assert process.returncode == code, process.stdout + process.stderr
    *before, last = process.stderr.strip().splitlines()
    assert all(re.match(r"(reading|loading|encoding|running|going on|task) ", line) for line in before), process.stderr
    for part in said:
        assert part in last


def test_settings_and_paths_that_do_not_exist(ttc: Ttc, tmp_path: Path) -> None:
    one_sentence(ttc("frontier"), 1, "no archive", "ttc discover")
    one_sentence(ttc("discover", "search.generation=3"), 2, "did you mean 'search.generations'")
    one_sentence(ttc("discover", "encoder=minilmm"), 2, "did you mean 'minilm'")
    one_sentence(ttc("discover", "tasks=folder", "tasks.paths=[missing]"), 2, "missing")
    one_sentence(ttc("discover", "tasks.names=[python-cod]"), 2, "python-code")
    one_sentence(ttc("discover", *QUICK, f"archive.path={tmp_path}/none/a.db"), 1, "no folder")
    one_sentence(ttc("evaluate", "nothing", *QUICK), 2, "no program 'nothing'", "identity")
    one_sentence(ttc("evaluate", "nothing.py", *QUICK), 2, "no file nothing.py")


def test_a_held_out_task_is_refused(ttc: Ttc) -> None:
    one_sentence(ttc("discover", "tasks=mteb", "tasks.names=[SciFact]"), 2, "held-out", "SciFact")


def test_an_encoder_folder_that_is_no_model(ttc: Ttc, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    quick = QUICK[1:]
    one_sentence(ttc("discover", "encoder=folder", f"encoder.model={tmp_path}/model", *quick), 1, "model")
    assert not (tmp_path / "ttc-archive.db").exists() or not _runs(tmp_path / "ttc-archive.db")


def test_a_program_that_does_not_parse(ttc: Ttc, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def rerank(:\n")
    done = ttc("evaluate", "broken.py", *QUICK)
    assert done.returncode == 1
    assert "SYNTAX" in done.stdout
    assert "Traceback" not in done.stderr
    (tmp_path / "latin.py").write_bytes("# é\n".encode("latin-1"))
    one_sentence(ttc("evaluate", "latin.py", *QUICK), 2, "UTF-8")


def test_a_file_that_is_no_archive(ttc: Ttc, tmp_path: Path) -> None:
    (tmp_path / "ttc-archive.db").write_text("not a database, but long enough to look like something " * 20)
    one_sentence(ttc("runs"), 1, "not a database")
    one_sentence(ttc("discover", *QUICK), 1, "not a database")
    assert (tmp_path / "ttc-archive.db").read_text().startswith("not a database")


def test_an_archive_from_a_newer_version(ttc: Ttc, tmp_path: Path) -> None:
    path = tmp_path / "ttc-archive.db"
    Archive.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('archive', 'from_tomorrow', '')"
        )
    one_sentence(ttc("runs"), 1, "newer version", "upgrade")
    one_sentence(ttc("discover", *QUICK), 1, "newer version", "upgrade")


def test_a_place_that_cannot_be_written(ttc: Ttc) -> None:
    one_sentence(ttc("discover", *QUICK, "archive.path=/proc/archive.db"), 1, "cannot be written")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 600 kB, too small for a run."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("only root may mount a small file system here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_whole_programs_and_can_be_resumed(ttc: Ttc, small_disk: Path, tmp_path: Path) -> None:
    path = small_disk / "a.db"
    done = ttc("discover", *QUICK, "search.generations=40", f"archive.path={path}")
    one_sentence(done, 1, "disk", "full")
    recorded = len(re.findall(r"\.\d+ +(?:admitted|evaluated|rejected) ", done.stdout))
    assert recorded
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM programs").fetchone() == (recorded,)
        assert not connection.execute(
            "SELECT id FROM programs p WHERE verdict = 'ok' "
            "AND (SELECT count(*) FROM outcomes WHERE program_id = p.id) <> 3"
        ).fetchall()


def _runs(path: Path) -> int:
    with Archive.open(path, read_only=True) as archive:
        return len(archive.runs())
