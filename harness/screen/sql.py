"""Questions of one's own to an archive, which cannot change it or any other file."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from archive import Archive
from harness.errors import UsageError
from harness.screen.column import Column, Listing
from harness.screen.transcript import COLUMNS, turns

READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
PRAGMAS = frozenset({"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list"})

TRANSCRIPTS = "transcripts"

Found = tuple["Listing[Sequence[Any]]", list[Sequence[Any]]]


def query(archive: Archive, statement: str) -> Found:
    """The rows that one SELECT finds, as a listing. Raises UsageError for anything else and for what SQLite refuses.

    `transcripts` can be asked too: what models were told and answered, as plain text. The archive keeps that packed, so
    the table is made for the question and is gone with the connection.

    A read-only connection alone would not do: ATTACH and VACUUM INTO write other files, so only reading is authorised.
    """
    asked_of = TRANSCRIPTS in statement.lower()
    told = _transcripts(archive) if asked_of else []
    with archive.reading() as connection:
        if asked_of:
            _add_transcripts(connection, told)
        connection.set_authorizer(_authorize)
        try:
            cursor = connection.execute(statement)
            rows = cursor.fetchall()
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise UsageError(f"The query was refused ({error}); `ttc sql` takes one SELECT.") from None
        finally:
            connection.set_authorizer(None)
    if cursor.description is None:
        raise UsageError("The query is empty; write a SELECT, for example: select name, sql from sqlite_master.")
    names = _distinct([entry[0] for entry in cursor.description])
    columns = tuple(Column[Sequence[Any]](name, "", _getter(at), _shown) for at, name in enumerate(names))
    return Listing(columns, tuple(names)), rows


def _transcripts(archive: Archive) -> list[tuple[Any, ...]]:
    return [
        tuple(turn.row().values())
        for run in archive.runs()
        if archive.n_exchanges(run.id)
        for turn in turns(archive, run.id, archive.programs(run.id))
    ]


def _add_transcripts(connection: sqlite3.Connection, rows: Sequence[Sequence[Any]]) -> None:
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {TRANSCRIPTS} ({', '.join(COLUMNS)})")
    connection.execute(f"DELETE FROM {TRANSCRIPTS}")
    connection.executemany(f"INSERT INTO {TRANSCRIPTS} VALUES ({', '.join('?' * len(COLUMNS))})", rows)


def _authorize(action: int, first: str | None, *_: str | None) -> int:
    reads = action in READING or (action == sqlite3.SQLITE_PRAGMA and first in PRAGMAS)
    # A table-valued function such as json_each declares its columns as if it wrote to the schema; nothing is written.
    reads = reads or (action == sqlite3.SQLITE_UPDATE and first == "sqlite_master")
    return sqlite3.SQLITE_OK if reads else sqlite3.SQLITE_DENY


def _distinct(names: Sequence[str]) -> list[str]:
    """Names with a number after those that occur again."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return distinct


def _getter(at: int) -> Any:
    def value(row: Sequence[Any]) -> Any:
        return row[at].hex() if isinstance(row[at], bytes) else row[at]

    return value


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
