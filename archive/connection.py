"""Open an archive file, and turn SQLite's complaints into sentences."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import ArchiveError
from archive.schema import migrate, require_known

if TYPE_CHECKING:
    from sqlite_utils import Database

BUSY_SECONDS = 30.0
"""How long a writer waits for another run on the same file."""


def connect(path: Path, *, read_only: bool, create: bool) -> "Database":
    """Open the file with foreign keys on, in WAL mode, with the newest schema (unless read-only).

    Raises ArchiveError when there is no file to open, it is no archive, or it comes from a newer version.
    """
    from sqlite_utils import Database

    if not path.exists() and (read_only or not create):
        raise ArchiveError(f"There is no archive {path}; `ttc discover` makes one, --archive names another.")
    if not path.parent.is_dir():
        raise ArchiveError(f"There is no folder {path.parent} to keep the archive in; make it or choose another path.")
    with sentences(path):
        connection = _open(path, read_only)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            db = Database(connection)
            if read_only:
                _require_archive(db, path)
            else:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                migrate(db)
        except BaseException:
            connection.close()
            raise
        return db


def _open(path: Path, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        # Any thread may use it, one at a time: exchanges are recorded by the threads that ask the models.
        return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    uri = path.resolve().as_uri()
    connection = sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        # A WAL file cannot be shared from a folder that may not be written; nobody else can write there either.
        connection.close()
        connection = sqlite3.connect(f"{uri}?immutable=1", uri=True, isolation_level=None)
    return connection


def _require_archive(db: "Database", path: Path) -> None:
    require_known(db)
    if "programs" not in db.table_names():
        raise ArchiveError(f"{path} is a database but not an archive of this program; name another file.")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; the write lock is taken at once, so that two runs wait instead of failing half-way."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Raise ArchiveError where SQLite fails."""
    try:
        yield
    except sqlite3.Error as error:
        raise ArchiveError(_sentence(str(error), path)) from error


def _sentence(said: str, path: Path) -> str:
    if "full" in said or "disk I/O" in said:
        return f"The disk of the archive {path} is full or failing ({said}); nothing was half-written, free some space."
    if "readonly" in said or "unable to open" in said:
        return f"The archive {path} cannot be written ({said}); check the permissions or choose another archive.path."
    if "locked" in said:
        return f"The archive {path} was locked by another program for {BUSY_SECONDS:.0f} s; try again when it is done."
    if "not a database" in said or "malformed" in said:
        return f"{path} is not a database, or it is damaged ({said}); name another archive."
    return f"The archive {path} could not be read or written: {said}."
