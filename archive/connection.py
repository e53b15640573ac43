"""Open an archive file, and turn SQLite's complaints into sentences."""

import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from archive.errors import ArchiveError
from archive.genuine import refuse_triggers, require_tables, require_views
from archive.journal import journaled
from archive.locks import no_locks
from archive.schema import migrate, pending

BUSY_SECONDS = 30.0
"""How long a writer waits for another run on the same file."""

MOST_COPIED = 1 << 30
"""Bytes of an older archive that is brought up to date in memory, where it is only read."""

NOT_LOCAL = frozenset(
    {
        *(sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_UNLOCK, sqlite3.SQLITE_IOERR_RDLOCK),
        *(sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK, sqlite3.SQLITE_PROTOCOL),
        *(sqlite3.SQLITE_IOERR_SHMMAP, sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMLOCK),
        sqlite3.SQLITE_IOERR_SHMSIZE,
    }
)
"""What SQLite says of disks without locks, or without memory that processes share."""

PAGE_BYTES = 8192
"""Of a new file. Outcomes of 14 tasks leave less of it unused than of SQLite's 4096, by a seventh of the whole."""


def connect(path: Path, *, read_only: bool, create: bool) -> sqlite3.Connection:
    """Open the file with foreign keys on, in WAL mode where its disk can, with the newest schema (unless read-only).

    Raises ArchiveError when there is no file to open, it is no archive, or it comes from a newer version.
    """
    if not path.exists() and (read_only or not create):
        raise ArchiveError(f"There is no archive {path}; `ttc discover` makes one, --archive names another.")
    if path.exists() and not path.is_file():
        raise ArchiveError(f"{path} is no file, so it cannot be an archive; name a file.")
    if not path.parent.is_dir():
        raise ArchiveError(f"There is no folder {path.parent} to keep the archive in; make it or choose another path.")
    with sentences(path):
        connection = _open(path, read_only)
        try:
            if read_only and pending(connection):
                connection = _newest(connection, path)
            connection.execute("PRAGMA foreign_keys = ON")
            _prepare(connection, path, read_only)
        except BaseException:
            connection.close()
            raise
        return connection


def _prepare(connection: sqlite3.Connection, path: Path, read_only: bool) -> None:
    if read_only:
        pending(connection)
        require_tables(connection)
        require_views(connection)
        return
    deadline = time.monotonic() + BUSY_SECONDS
    while not _prepared_to_write(connection, path, last=time.monotonic() > deadline):
        time.sleep(random.uniform(0.01, 0.05))


def _prepared_to_write(connection: sqlite3.Connection, path: Path, *, last: bool) -> bool:
    """False where it is to be tried again.

    Of two who make a file and wait for each other SQLite turns one away at once, however long it was told to wait.
    """
    try:
        _prepare_to_write(connection, path)
    except sqlite3.OperationalError as error:
        if last or _code(error) != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _prepare_to_write(connection: sqlite3.Connection, path: Path) -> None:
    try:
        with journaled(connection, path.parent):
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            behind = pending(connection)
            require_tables(connection)
            refuse_triggers(connection)
            if behind:
                with transaction(connection):
                    migrate(connection)
            require_views(connection)
    except OSError as error:
        raise ArchiveError(no_locks(path, error)) from error


def _newest(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """A copy in memory of an archive that an older version wrote, with the newest schema; closes what it copies.

    Raises ArchiveError for an empty database, and for one that is too large to copy for each look at it.
    """
    with closing(connection):
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            raise ArchiveError(f"{path} is empty; name an archive.")
        if path.stat().st_size > MOST_COPIED:
            raise ArchiveError(
                f"{path} was written by an older version; `ttc archive vacuum --archive {path}` brings it up to date."
            )
        copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        require_tables(connection)
        refuse_triggers(connection)
        connection.backup(copy)
    with transaction(copy):
        migrate(copy)
    copy.execute("PRAGMA query_only = ON")
    return copy


def _open(path: Path, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        with suppress(OSError):  # prompts, answers and errors are nobody else's; SQLite's own error says what is wrong
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        # Any thread may use it, one at a time: exchanges are recorded by the threads that ask the models.
        return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection = _reader(path, "mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        # A write-ahead log cannot be shared from a folder that may not be written, nor from many a network disk; nobody
        # else can write there either, or with a rollback journal alone.
        connection.close()
        _require_no_log(path)
        connection = _reader(path, "immutable=1")
    return connection


def _reader(path: Path, how: str) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?{how}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _require_no_log(path: Path) -> None:
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise ArchiveError(
            f"The newest programs of {path} are in {log.name}, as its last writer did not end in order, and cannot be "
            "read from a read-only or network disk; copy both to a folder that can be written."
        )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; the write lock is taken at once, so that two runs wait instead of failing half-way."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def durable(connection: sqlite3.Connection) -> Iterator[None]:
    """Transactions within outlive a power cut; others outlive the death of the process, but their last may be lost."""
    (before,) = connection.execute("PRAGMA synchronous").fetchone()
    connection.execute("PRAGMA synchronous = FULL")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA synchronous = {before}")


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Raise ArchiveError where SQLite fails."""
    try:
        yield
    except sqlite3.Error as error:
        raise ArchiveError(_sentence(error, path)) from error


def _code(error: sqlite3.Error) -> int:
    """SQLite's code without what it adds for some cases; 0 where the error is one of Python's own module."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _sentence(error: sqlite3.Error, path: Path) -> str:
    if getattr(error, "sqlite_errorcode", 0) in NOT_LOCAL:
        return no_locks(path, error)
    match _code(error):
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return f"The disk of the archive {path} is full or failing ({error}); free some space; it is whole."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return (
                f"The archive {path} cannot be written ({error}); check the permissions or choose another archive.path."
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return (
                f"The archive {path} was locked by another program for {BUSY_SECONDS:.0f} s; try again when it ended, "
                "or where there is none, keep the archive on a disk of this machine: network disks may know no locks."
            )
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return f"{path} is not a database, or it is damaged ({error}); name another archive."
        case _:
            return f"The archive {path} could not be read or written: {error}."
