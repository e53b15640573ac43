"""What no run of this program can have written: with such a fault an archive is neither imported nor called whole."""

import json
import math
import sqlite3
from collections.abc import Iterator

from archive.errors import ArchiveError
from archive.exchanges import Exchanges
from archive.packing import pack, unpack
from archive.rows import DECODE, ENCODE, source_hash
from archive.sound import ID

UNPACKED = 2 * 1024**3
"""Characters of all exchanges of a run together, at most."""

OF_TASKS = ("tasks", "heldout_tasks")
TABLES = ("runs", *OF_TASKS, "programs", "outcomes", "heldout_outcomes", "trials", "work")

PACKED = """
    SELECT 'Program ' || o.program_id, o.task, t.n_queries, o.per_query
    FROM outcomes o JOIN programs p ON p.id = o.program_id JOIN tasks t ON t.run_id = p.run_id AND t.name = o.task
    UNION ALL
    SELECT 'Program ' || m.program_id, m.task, t.n_queries, m.per_query
    FROM outcome_measures m JOIN programs p ON p.id = m.program_id
    JOIN tasks t ON t.run_id = p.run_id AND t.name = m.task
    UNION ALL
    SELECT 'Held-out program ' || o.program, o.task, t.n_queries, o.per_query
    FROM heldout_outcomes o JOIN heldout_tasks t
    ON (t.encoder_fingerprint, t.fingerprint) = (o.encoder_fingerprint, o.task_fingerprint)
    UNION ALL SELECT 'The cosine of run ' || run_id, name, n_queries, baseline_per_query FROM tasks
    UNION ALL SELECT 'The held-out cosine', name, n_queries, baseline_per_query FROM heldout_tasks
    UNION ALL
    SELECT 'The cosine of run ' || c.run_id, c.task, t.n_queries, c.per_query
    FROM cosine_measures c JOIN tasks t ON (t.run_id, t.name) = (c.run_id, c.task)
"""
"""Who, task, queries, values per query."""


def faults(connection: sqlite3.Connection) -> Iterator[str]:
    """One sentence for each."""
    for part in (_names, _sources, _texts, _numbers, _values, _unseen, _content, _exchanges):
        yield from part(connection)


def _names(connection: sqlite3.Connection) -> Iterator[str]:
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        yield f"The trigger {name} would write what nobody asked for."
    for (run_id,) in connection.execute("SELECT id FROM runs"):
        if not ID.fullmatch(run_id):
            yield f"The id {run_id[:40]!r} of a run is none of this program's."
    for (name,) in connection.execute("SELECT id FROM programs WHERE id <> run_id || '.' || number"):
        yield f"Program {name} has an id that is not its run and number."


def _sources(connection: sqlite3.Connection) -> Iterator[str]:
    for digest, source in connection.execute("SELECT hash, source FROM sources"):
        if source_hash(source) != digest:
            yield f"Source {digest} is not the text that its hash was taken of."


def _texts(connection: sqlite3.Connection) -> Iterator[str]:
    for table in TABLES:
        for column in _columns(connection, table):
            if column not in ENCODE or ENCODE[column] is pack:
                continue
            for (text,) in connection.execute(f"SELECT DISTINCT {column} FROM {table}"):
                try:
                    DECODE[column](text)
                except ArchiveError as error:
                    yield f"The column {column} of {table} cannot be read: {str(error.__cause__ or text)[:80]}."


def _numbers(connection: sqlite3.Connection) -> Iterator[str]:
    for table in TABLES:
        for column in _columns(connection, table, kind="REAL"):
            found = connection.execute(f"SELECT 1 FROM {table} WHERE abs({column}) = 9e999").fetchone()
            if found:
                yield f"The column {column} of {table} holds a number that is not finite."


def _values(connection: sqlite3.Connection) -> Iterator[str]:
    for who, task, n_queries, blob in connection.execute(PACKED):
        if blob is None:
            continue
        if len(blob) != 4 * n_queries:
            yield f"{who} has values of {len(blob):,} bytes on {task}, not of the {4 * n_queries:,} of its queries."
        elif not all(map(math.isfinite, _unpacked(blob))):
            yield f"{who} has values on {task} that are no numbers."


def _unpacked(blob: bytes) -> list[float]:
    values = unpack(blob)
    return [] if values is None else values.tolist()


def _unseen(connection: sqlite3.Connection) -> Iterator[str]:
    for table in OF_TASKS:
        rows = connection.execute(f"SELECT name, n_queries, unseen, query_ids FROM {table}")
        for name, n_queries, unseen, query_ids in rows:
            try:
                places, ids = json.loads(unseen), json.loads(query_ids)
            except (ValueError, RecursionError):
                continue  # told above
            if not isinstance(ids, list) or len(ids) != n_queries:
                yield f"Task {name} does not name each of its queries, as many as {n_queries}."
            if not isinstance(places, list) or not all(type(at) is int and 0 <= at < n_queries for at in places):
                yield f"Task {name} leaves queries unseen that it does not have."


def _content(connection: sqlite3.Connection) -> Iterator[str]:
    statement = "SELECT name FROM task_content WHERE length(queries) % 8 OR length(documents) % 8"
    for (name,) in connection.execute(statement):
        yield f"The texts of task {name} are known by a part of a hash."


def _exchanges(connection: sqlite3.Connection) -> Iterator[str]:
    """The requests are stored as differences, so all are read in order."""
    for (run_id,) in connection.execute("SELECT id FROM runs").fetchall():
        size = 0
        try:
            for exchange in Exchanges(connection).all(run_id):
                size += len(exchange.request) + len(exchange.response)
                if size > UNPACKED:
                    raise ArchiveError(f"they are more than {UNPACKED >> 30} GB")
        except ArchiveError as error:
            yield f"The exchanges of run {run_id} cannot be read: {str(error).rstrip('.')}."


def _columns(connection: sqlite3.Connection, table: str, kind: str = "") -> list[str]:
    rows = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
    return [name for name, declared in rows if kind in declared]
