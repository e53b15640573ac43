"""Archives that were made to do harm: not imported, not called whole, and one sentence for whoever reads them."""

import os
import shutil
import sqlite3
import zlib
from pathlib import Path

import pytest

from archive import Archive, ArchiveError, Content, Exchange, HeldOut, KnownTask
from archive.checking import check
from archive.inflate import MOST
from archive.portable import import_file
from tests.archive import sample_records as sample

DEEP = "[" * 200_000
BOMB = zlib.compress(b" " * (MOST + 1), 9)
DOUBLING = zlib.compress(b'["a", "b"]'), *[zlib.compress(b"[" + b"[0,9999999]," * 40 + b"[0,1]]")] * 12


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archives") / "honest.db"
    with Archive.open(path) as archive:
        run_id = archive.start_run(sample.run())
        archive.record_exchange(run_id, Exchange(1, "answer/0", "h", "request", "response"))
        archive.record_program(run_id, sample.program())
        task = sample.task("held-out")
        HeldOut(archive).record_task("e", "e1", task)
        archive.record_content(KnownTask("held-out", task.fingerprint, Content.of(["q"], ["d"])), held_out=True)
    return path


@pytest.fixture
def evil(honest: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(honest, tmp_path / "evil.db"))


def damage(path: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement, values if "?" in statement else ())
    connection.close()


def read_all(path: Path) -> None:
    with Archive.open(path, read_only=True) as archive:
        for run in archive.runs():
            archive.programs(run.id)
            archive.exchanges(run.id)
            archive.frontier(run.id)
        archive.tasks_held_out()
        HeldOut(archive).tasks("e1")


def test_an_honest_one_is_imported_and_whole(honest: Path, tmp_path: Path) -> None:
    read_all(honest)
    with Archive.open(tmp_path / "a.db") as archive:
        assert len(import_file(archive, honest).added) == 1
        assert check(archive) == []


@pytest.mark.parametrize(
    ("statement", "value", "sentence", "readable"),
    [
        ("UPDATE runs SET id = '../../escaped'", None, "The id '../../escaped' of a run", False),
        ("UPDATE runs SET id = ?", "a/b", "The id 'a/b' of a run", False),
        ("UPDATE programs SET id = '/etc/passwd'", None, "an id that is not its run and number", True),
        ("UPDATE sources SET source = 'import os'", None, "is not the text that its hash was taken of", True),
        ("UPDATE runs SET config = ?", DEEP, "The column config of runs cannot be read", False),
        ("UPDATE runs SET machine = '7'", None, "The column machine of runs cannot be read", False),
        ("UPDATE outcomes SET flags = ?", DEEP, "The column flags of outcomes cannot be read", False),
        ("UPDATE programs SET audits = 'x'", None, "The column audits of programs cannot be read", False),
        ("UPDATE outcomes SET per_query = x'0000'", None, "has values of 2 bytes on", False),
        ("UPDATE outcomes SET per_query = x'00000000'", None, "has values of 4 bytes on", False),
        ("UPDATE outcomes SET per_query = ?", b"\x00\x00\xc0\x7f" * sample.N_QUERIES, "that are no numbers", True),
        ("UPDATE tasks SET baseline_per_query = x''", None, "has values of 0 bytes on", False),
        (
            "UPDATE heldout_tasks SET baseline_per_query = x'00'",
            None,
            "The held-out cosine has values of 1 bytes",
            False,
        ),
        ("UPDATE tasks SET unseen = '[99999]'", None, "leaves queries unseen that it does not have", False),
        ("UPDATE tasks SET query_ids = '[]'", None, "does not name each of its", False),
        ("UPDATE programs SET mean_delta = 9e999", None, "a number that is not finite", True),
        ("UPDATE task_content SET queries = x'00'", None, "a part of a hash", False),
        ("UPDATE exchanges SET response = ?", BOMB, "of more than 32 MB", False),
        ("UPDATE exchanges SET request = ?", BOMB, "of more than 32 MB", False),
        ("UPDATE exchanges SET request = ?", zlib.compress(DEEP.encode()), "cannot be read", False),
        ("UPDATE exchanges SET request = ?", zlib.compress(b'[{"a": 1}]'), "cannot be read", False),
        ("UPDATE exchanges SET response = x'ffff'", None, "cannot be unpacked", False),
        ("UPDATE exchanges SET response = ?", BOMB[:40], "a part of an exchange", False),
    ],
)
def test_what_no_run_writes_is_refused(
    evil: Path, tmp_path: Path, statement: str, value: object, sentence: str, readable: bool
) -> None:
    damage(evil, statement, values=(value,))
    with Archive.open(evil, read_only=True) as archive:
        assert any(sentence in told for told in check(archive)), check(archive)
    with Archive.open(tmp_path / "mine.db") as mine:
        with pytest.raises(ArchiveError, match=r"evil.db is not imported: .*; `ttc archive check --archive"):
            import_file(mine, evil)
        assert mine.runs() == []
    if readable:
        read_all(evil)
    else:
        with pytest.raises(ArchiveError):
            read_all(evil)


def test_requests_that_double_each_other_are_no_hang(evil: Path) -> None:
    for position, request in enumerate(DOUBLING):
        statement = f"INSERT OR REPLACE INTO exchanges SELECT id, {position}, 1, 's', 't', 'h', ?, ? FROM runs"
        damage(evil, statement, values=(request, zlib.compress(b"{}")))
    with pytest.raises(ArchiveError, match="of more than 32 MB"):
        read_all(evil)


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        (
            (
                "DROP TABLE events",
                "CREATE VIEW events AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
            ),
            "events is a view and not the table",
        ),
        (
            (
                "DROP VIEW frontier",
                "CREATE VIEW frontier AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT * FROM n",
            ),
            "its view frontier is another one",
        ),
        (("DROP TABLE secret", "CREATE TABLE secret (id, value)"), "secret is a loose table"),
        (("DROP TABLE secret", "CREATE VIRTUAL TABLE secret USING fts5(value)"), "secret is a virtual table"),
        (
            ("ALTER TABLE events ADD COLUMN more BLOB AS (zeroblob(900000000))",),
            "its column events.more is computed",
        ),
    ],
)
def test_what_only_looks_like_a_table_is_not_opened(
    evil: Path, statements: tuple[str, ...], sentence: str, read_only: bool
) -> None:
    damage(evil, *statements)
    with pytest.raises(ArchiveError, match=sentence):
        Archive.open(evil, read_only=read_only)


def test_a_trigger_is_never_set_off(evil: Path, tmp_path: Path) -> None:
    damage(evil, "CREATE TRIGGER t BEFORE INSERT ON events BEGIN DELETE FROM events; END")
    with pytest.raises(ArchiveError, match="it has the trigger t"):
        Archive.open(evil)
    with Archive.open(tmp_path / "mine.db") as mine, pytest.raises(ArchiveError, match="trigger t"):
        import_file(mine, evil)
    with Archive.open(evil, read_only=True) as archive:
        assert "The trigger t would write what nobody asked for." in check(archive)


def test_a_pipe_is_no_archive(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    for read_only in (True, False):
        with pytest.raises(ArchiveError, match="is no file"):
            Archive.open(tmp_path / "pipe.db", read_only=read_only)
