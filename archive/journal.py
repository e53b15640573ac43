"""How a file's changes are kept until they are whole: in a log beside it, or on disks that cannot, in a rollback file.

SQLite's write-ahead log lets others read while one writes, but its processes share memory through a file, which many
network disks and some containers' do not offer. See https://sqlite.org/wal.html.
"""

import mmap
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def journaled(connection: sqlite3.Connection, folder: Path) -> Iterator[None]:
    """Read and prepare a file of `folder` within; afterwards it has the journal that its disk can serve.

    A file with a log, which came from another disk, can be read within too. Raises OSError as `shares_memory` does.
    """
    if shares_memory(folder):
        yield
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        return
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # the log's index is in this process's memory then
    yield
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = FULL")  # less may damage a file without a log
    connection.execute("PRAGMA locking_mode = NORMAL")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # lets go of the lock


def shares_memory(folder: Path) -> bool:
    """Whether processes can share memory through a file of this folder; true where no file can be made to try it.

    Raises OSError where no file can be locked: SQLite would wait for half a minute, and blame another program.
    """
    try:
        file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
    except OSError:
        return True
    with file:
        _lock(file.fileno())
        file.truncate(mmap.PAGESIZE)
        try:
            mmap.mmap(file.fileno(), mmap.PAGESIZE).close()
        except OSError:
            return False
    return True


def _lock(descriptor: int) -> None:
    with suppress(ImportError):  # another system has other locks
        import fcntl

        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
