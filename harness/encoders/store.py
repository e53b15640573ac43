"""Embeddings on disk, shared by tasks, programs, runs and processes.

One SQLite file, in WAL mode where its disk can. Keys and last uses stand in a narrow table, vectors in a wide one that
only grows at its end, so that noting a use does not rewrite vectors. Every row carries a checksum over its key and
content.

A read only reads: uses are kept in memory and noted by the next write, by a read that finds a noted use an hour old,
and when the store is closed. Uses of the last hour may so be lost with a killed process; they only order the eviction.

The cache must never stop a run: a file that cannot be read or written is warned of once and left alone.
"""

import logging
import os
import sqlite3
import struct
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from archive.connection import transaction
from archive.journal import journaled
from harness.encoders.blobs import Kind, blob_of, fits, overlaid, read_entries
from harness.encoders.entries import Entries, join
from harness.encoders.worded import words_of
from harness.settings.home import expanded, make_folder

_log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors(
    id INTEGER PRIMARY KEY, tokens INTEGER NOT NULL, seconds REAL NOT NULL,
    data BLOB NOT NULL, checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS keys(
    key BLOB PRIMARY KEY, vector INTEGER NOT NULL, used INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
_FILE_NAME = "embeddings-1.sqlite"
"""The number goes up with the schema, so that an older program leaves a newer file alone."""
_LOCK_SECONDS = 30.0
_JOURNAL_BYTES = 16 * 1024**2
_KEYS_PER_QUERY = 1000
_KEPT_AFTER_EVICTION = 0.9
_USE_HOLDS_NS = 3600 * 10**9
"""A noted use younger than this, in nanoseconds, need not be noted anew at once."""
_PENDING_USES = 100_000
"""Uses kept in memory at most, about 15 MB."""
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class _Found:
    """What a look into the file gave."""

    entries: Entries
    damaged: list[bytes]
    stale: bool
    """Whether the noted use of an entry is too old to stay."""


class EmbeddingStore:
    """Vectors by key, about `max_bytes` on disk at most; safe with several threads and processes.

    The first writer of a key wins: `write` returns what the store holds afterwards. A kill loses nothing that an
    earlier `write` returned. Where the file cannot be used, one warning is logged; then reads find nothing and writes
    hand back what they got.
    """

    def __init__(self, folder: Path | str, max_bytes: int) -> None:
        self.path = expanded(folder) / _FILE_NAME
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._writable = True
        self._uses: dict[bytes, int] = {}
        """Last uses not yet noted in the file, in nanoseconds, by key."""
        self._connection: sqlite3.Connection | None = None
        try:
            self._connection = self._connect()
            _log.debug("the cache is %s, %d bytes at most", self.path, max_bytes)
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)

    def read(self, keys: Sequence[bytes], dim: int, kind: Kind | None = None) -> Entries:
        """Find n distinct keys; the entries' positions count in `keys`, their vectors have width `dim`.

        With `kind` each entry holds many vectors behind its one.

        Damaged entries are dropped from the store, and the use of the others counts for the eviction.
        """
        with self._lock:
            try:
                found = self._select(keys, dim, kind)
            except sqlite3.Error as error:
                self._give_up(error)
                return join([], dim, many=kind is not None)
            if self._writable:
                self._uses.update(dict.fromkeys((keys[i] for i in found.entries.positions), time.time_ns()))
            if found.damaged or found.stale or len(self._uses) > _PENDING_USES:
                self._change(lambda connection: self._note(connection, found.damaged), None)
            return found.entries

    def write(self, keys: Sequence[bytes], entries: Entries, stored: str = "float32") -> Entries:
        """Keep entry i under `keys[i]`, n distinct keys; where another writer was first, its entry comes back.

        Many vectors are kept in numbers of the type `stored`, to which they are rounded already.
        """
        with self._lock:
            kept = self._change(lambda connection: self._insert(connection, keys, entries, stored), entries)
            if self._change(self._evict, False):
                self._shrink()
            return kept

    def close(self) -> None:
        """Note the last uses and close the file; later reads find nothing."""
        with self._lock:
            if self._uses:
                self._change(self._note, None)
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _connect(self) -> sqlite3.Connection:
        make_folder(self.path.parent)
        with suppress(OSError):  # texts of the user's are in it
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL, 0o600))
        connection = sqlite3.connect(self.path, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False)
        with journaled(connection, self.path.parent):
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            connection.execute(f"PRAGMA journal_size_limit={_JOURNAL_BYTES}")
            connection.executescript(_SCHEMA)
        return connection

    def _select(self, keys: Sequence[bytes], dim: int, kind: Kind | None) -> _Found:
        """The sound entries, and the keys of damaged ones."""
        parts, damaged, stale = [join([], dim, many=kind is not None)], [], False
        old = time.time_ns() - _USE_HOLDS_NS
        for start in range(0, len(keys) if self._connection else 0, _KEYS_PER_QUERY):
            assert self._connection
            some = keys[start : start + _KEYS_PER_QUERY]
            rows = self._connection.execute(
                "SELECT key, tokens, seconds, data, checksum, used FROM keys JOIN vectors ON id = vector "
                f"WHERE key IN ({','.join('?' * len(some))})",
                some,
            ).fetchall()
            position = {key: start + i for i, key in enumerate(some)}
            sound = [row for row in rows if fits(row[3], dim, kind) and row[4] == _checksum(*row[:4])]
            damaged += sorted({row[0] for row in rows} - {row[0] for row in sound})
            stale = stale or any(row[5] < old for row in sound)
            parts.append(read_entries([position[row[0]] for row in sound], sound, dim, kind))
        return _Found(join(parts, dim, many=kind is not None), damaged, stale)

    def _note(self, connection: sqlite3.Connection, damaged: Sequence[bytes] = ()) -> None:
        """Note the uses kept in memory, and drop damaged entries."""
        connection.executemany(
            "UPDATE keys SET used = ? WHERE key = ? AND used < ?",
            [(used, key, used) for key, used in self._uses.items()],
        )
        for key in damaged:
            connection.execute("DELETE FROM vectors WHERE id = (SELECT vector FROM keys WHERE key = ?)", [key])
            connection.execute("DELETE FROM keys WHERE key = ?", [key])
        self._uses.clear()

    def _insert(self, connection: sqlite3.Connection, keys: Sequence[bytes], entries: Entries, stored: str) -> Entries:
        self._note(connection)
        many = entries.many
        kind = None if many is None else Kind(stored, words_of(many) is not None)
        held = self._select(keys, entries.vectors.shape[1], kind).entries
        new = np.setdiff1d(np.arange(len(keys)), held.positions)
        (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM vectors").fetchone()
        vectors, now = [], time.time_ns()
        for row, i in enumerate(new.tolist(), start=last + 1):
            tokens, seconds = int(entries.tokens[i]), float(entries.seconds[i])
            data = blob_of(entries, i, stored)
            vectors.append((row, tokens, seconds, data, _checksum(keys[i], tokens, seconds, data)))
        connection.executemany("INSERT INTO vectors VALUES (?, ?, ?, ?, ?)", vectors)
        connection.executemany(
            "INSERT OR REPLACE INTO keys VALUES (?, ?, ?)",
            [(keys[i], row, now) for row, i in enumerate(new.tolist(), start=last + 1)],
        )
        return overlaid(entries, held) if len(held) else entries

    def _evict(self, connection: sqlite3.Connection) -> bool:
        """Drop the entries with the oldest last use while the file is too large; whether there were any."""
        evicted = False
        while (size := _used_bytes(connection)) > self._max_bytes:
            (rows,) = connection.execute("SELECT count(*) FROM keys").fetchone()
            if not rows:
                break
            # A page is free only once all its rows are gone, so one pass may fall short.
            _drop_oldest(connection, int(np.ceil(rows * (1 - _KEPT_AFTER_EVICTION * self._max_bytes / size))))
            evicted = True
            _log.debug("the cache holds %d bytes, more than it may: the oldest entries are dropped", size)
        return evicted

    def _shrink(self) -> None:
        """Give free pages back to the system."""
        try:
            if self._connection:
                # As a script, because `execute` stops this pragma after one page.
                self._connection.executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")
        except sqlite3.Error as error:
            self._stop_writing(error)

    def _change(self, action: Callable[[sqlite3.Connection], _Answer], otherwise: _Answer) -> _Answer:
        """Run `action` in one transaction; `otherwise` where the file cannot be written."""
        if self._connection is None or not self._writable:
            return otherwise
        try:
            with transaction(self._connection):
                return action(self._connection)
        except sqlite3.Error as error:
            self._stop_writing(error)
            return otherwise

    def _stop_writing(self, error: Exception) -> None:
        self._writable = False
        self._warn(error, "nothing more is written to it")

    def _give_up(self, error: Exception) -> None:
        self._connection = None
        self._warn(error, "going on without it")

    def _warn(self, error: Exception, consequence: str) -> None:
        _log.warning(
            "The embedding cache %s cannot be used (%s), so %s; set another cache.folder, or delete the file.",
            self.path, error, consequence,
        )  # fmt: skip


def _checksum(key: bytes, tokens: int, seconds: float, data: bytes) -> int:
    """CRC-32 over an entry's key and content."""
    return zlib.crc32(data, zlib.crc32(struct.pack("<qd", tokens, seconds), zlib.crc32(key)))


def _drop_oldest(connection: sqlite3.Connection, rows: int) -> None:
    oldest = connection.execute("SELECT key, vector FROM keys ORDER BY used, vector LIMIT ?", [rows]).fetchall()
    connection.executemany("DELETE FROM keys WHERE key = ?", [(key,) for key, _ in oldest])
    connection.executemany("DELETE FROM vectors WHERE id = ?", [(vector,) for _, vector in oldest])


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)
