"""Between records and table rows: column name to SQLite value, and back."""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from archive.errors import ArchiveError
from archive.packing import pack, unpack
from archive.records import (
    Measured,
    OutcomeRecord,
    ProgramRecord,
    RunRecord,
    TaskRecord,
    TrialRecord,
    UsageRecord,
    WorkRecord,
)

Record = TypeVar("Record", OutcomeRecord, ProgramRecord, TaskRecord, TrialRecord, UsageRecord, WorkRecord)
Row = Mapping[str, Any]

ENCODE: dict[str, Callable[[Any], Any]] = dict.fromkeys(
    (
        *("config", "versions", "machine", "encoder", "isolation", "flags", "audits", "violations"),
        *("query_ids", "unseen", "alone_s", "deltas", "notes"),
    ),
    lambda value: json.dumps(value, sort_keys=True),
) | {"per_query": pack, "baseline_per_query": pack}
"""Columns that hold a field in another form: JSON or packed float32."""


def from_json(text: str, kind: type = object) -> Any:
    """The value of a JSON text. Raises ArchiveError for what this program cannot have written."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"The archive holds a text that is no JSON ({error}); {LOOK}") from error
    if not isinstance(value, kind):
        raise ArchiveError(f"The archive holds JSON that is no {kind.__name__}: {text[:40]!r}; {LOOK}")
    return value


LOOK = "`ttc archive check` lists what else is wrong with it."
MAPPINGS = ("config", "versions", "machine", "encoder", "isolation", "audits", "deltas")
DECODE: dict[str, Callable[[Any], Any]] = {
    name: unpack if encode is pack else partial(from_json, kind=dict if name in MAPPINGS else list)
    for name, encode in ENCODE.items()
}


def insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row], *, otherwise: str = "ABORT") -> int:
    """Insert rows of equal columns with one prepared statement and return the last rowid.

    `otherwise` is SQLite's conflict resolution: ABORT, IGNORE or REPLACE.
    """
    if not rows:
        return 0
    columns = list(rows[0])
    statement = f"INSERT OR {otherwise} INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})"
    values = [tuple(map(storable, row.values())) for row in rows]
    if len(values) == 1:
        return connection.execute(statement, values[0]).lastrowid or 0
    connection.executemany(statement, values)
    return 0


def select(connection: sqlite3.Connection, statement: str, *values: str | int) -> list[sqlite3.Row]:
    """The rows that a statement finds."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(statement, values).fetchall()


def to_row(record: object, *leaving_out: str) -> dict[str, Any]:
    """A record's fields as columns."""
    return {
        name: ENCODE[name](value) if name in ENCODE else value
        for name, value in vars(record).items()
        if name not in leaving_out
    }


def from_row(kind: type[Record], row: sqlite3.Row, **others: Any) -> Record:
    """A record of the columns that bear its fields' names; fields without a column are given or keep their default."""
    columns = set(row.keys())
    own = {
        field.name: DECODE[field.name](row[field.name]) if field.name in DECODE else row[field.name]
        for field in fields(kind)
        if field.name not in others and field.name in columns
    }
    return kind(**own, **others)


def measured_rows(measured: Mapping[str, Measured], **key: str) -> list[Row]:
    """Rows of measures of what `key` names."""
    return [
        {**key, "measure": name, "value": found.value, "per_query": pack(found.per_query)}
        for name, found in measured.items()
    ]


def measured_from(rows: Sequence[sqlite3.Row], *key: str) -> dict[tuple[str, ...], dict[str, Measured]]:
    """Measures by the columns of `key`, then by name."""
    found: dict[tuple[str, ...], dict[str, Measured]] = defaultdict(dict)
    for row in rows:
        per_query = unpack(row["per_query"])
        assert per_query is not None  # the column is NOT NULL
        found[tuple(row[name] for name in key)][row["measure"]] = Measured(row["value"], per_query)
    return found


def run_row(run_id: str, record: RunRecord) -> Row:
    """The row of a new run."""
    return {
        "id": run_id,
        "created": now(),
        "status": "running",
        "encoder_name": record.encoder["name"],
        "encoder_fingerprint": record.encoder["fingerprint"],
        **to_row(record, "tasks"),
    }


def store_source(connection: sqlite3.Connection, source: str) -> str:
    """Keep a program's source once, whichever runs it is in, and return its hash."""
    source = storable(source)
    digest = source_hash(source)
    insert(connection, "sources", [{"hash": digest, "source": source}], otherwise="IGNORE")
    return digest


def source_hash(source: str) -> str:
    """What identifies a source text, to the letter: the first half of its SHA-256, in hex."""
    return hashlib.sha256(storable(source).encode()).hexdigest()[:32]


def storable(value: Any) -> Any:
    """Lone surrogates, which an author's text may hold, cannot be stored as SQLite text; they become `?`."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def now() -> str:
    """The time in UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
