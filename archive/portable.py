"""Runs from one archive to another: a portable file out, a file in. Ids are kept, and conflicts told, never resolved.

A run travels whole: its programs with their sources, outcomes, usage, exchanges and events, and the held-out cells of
its sources.
"""

import itertools
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from archive.archive import Archive
from archive.errors import ArchiveError
from archive.faults import faults
from archive.paths import expanded

OF_RUN = "run_id = :run"
OF_PROGRAMS = "program_id IN (SELECT id FROM {schema}.programs WHERE run_id = :run)"
RUN_TABLES = {
    "runs": "id = :run",
    "tasks": OF_RUN,
    "cosine_measures": OF_RUN,
    "programs": OF_RUN,
    "parents": OF_PROGRAMS,
    "outcomes": OF_PROGRAMS,
    "outcome_measures": OF_PROGRAMS,
    "usage": OF_RUN,
    "exchanges": OF_RUN,
    "events": OF_RUN,
    "trials": OF_RUN,
    "work": OF_RUN,
}
"""The tables that hold a run, each after those that it refers to, and which of their rows do."""
SOURCES = (
    "hash IN (SELECT source_hash FROM {schema}.programs WHERE run_id = :run "
    "UNION SELECT source_hash FROM {schema}.trials WHERE run_id = :run)"
)
CELL = ("code_hash", "encoder_fingerprint", "task_fingerprint", "attempt")
OF_CELL = " AND ".join(f"{name} = :{name}" for name in CELL)
OF_CELL_SOURCE = f"hash IN (SELECT source_hash FROM {{schema}}.heldout_outcomes WHERE {OF_CELL})"
OF_CELL_TASK = "encoder_fingerprint = :encoder_fingerprint AND fingerprint = :task_fingerprint"
OF_RUN_CONTENT = "fingerprint IN (SELECT fingerprint FROM {schema}.tasks WHERE run_id = :run)"
OF_CELL_CONTENT = "fingerprint = :task_fingerprint"
CELL_CONTENT = "program, task, created, verdict, ndcg, per_query"
"""Enough to tell two evaluations apart."""


@dataclass(frozen=True)
class Imported:
    """What came of reading a file into an archive."""

    added: list[str] = field(default_factory=list)
    """Runs that were new."""
    known: list[str] = field(default_factory=list)
    """Runs that were there already, and the same."""
    conflicts: list[str] = field(default_factory=list)
    """One sentence for each run or held-out cell that differs; the receiving archive's is kept."""
    cells: int = 0
    """Held-out cells that were new."""


def export_file(archive: Archive, destination: str | Path, run_ids: Sequence[str] | None = None) -> None:
    """Write runs, all of them if none are named, and their held-out cells to a new file that is complete in itself.

    With all runs go all held-out cells. Raises ArchiveError where the file exists or a run does not.
    """
    for run_id in run_ids or ():
        archive.run(run_id)
    with _new_archive(destination) as target, _copy(archive) as source:
        _take(target, source, run_ids)


def import_file(archive: Archive, path: str | Path) -> Imported:
    """Take all runs and held-out cells of another archive's file into this one, in one transaction.

    Raises ArchiveError where the file holds what no run of this program can have written; then nothing is taken.
    """
    with Archive.open(path, read_only=True) as other, _copy(other) as source:
        with other.reading() as connection:
            _refuse_faults(connection, Path(path))
        return _take(archive, source, None)


def _refuse_faults(connection: sqlite3.Connection, path: Path) -> None:
    found = list(itertools.islice(faults(connection), 1))
    if found:
        raise ArchiveError(
            f"{path} is not imported: {found[0].rstrip('.')}; `ttc archive check --archive {path}` lists what is wrong."
        )


def merge(paths: Sequence[str | Path], destination: str | Path) -> dict[Path, Imported]:
    """Write the runs and held-out cells of several archives to a new portable file; where they differ, the first's.

    Raises ArchiveError where the file exists or one cannot be read; then nothing is written.
    """
    with _new_archive(destination) as target:
        return {Path(path): import_file(target, path) for path in paths}


@contextmanager
def _new_archive(destination: str | Path) -> Iterator[Archive]:
    """An archive that becomes one portable file of this name when all went well, and vanishes otherwise."""
    destination = expanded(destination)
    if destination.exists():
        raise ArchiveError(f"There is a file {destination} already; name another, or remove it.")
    partial = destination.with_name(f"{destination.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with Archive.open(partial) as archive:
            yield archive
            with archive.reading() as connection:
                connection.execute("PRAGMA journal_mode = DELETE")
        partial.replace(destination)
    finally:
        for suffix in ("", "-wal", "-shm"):
            partial.with_name(partial.name + suffix).unlink(missing_ok=True)


@contextmanager
def _copy(archive: Archive) -> Iterator[Path]:
    """A copy of an archive as it is now, with the newest schema: runs in progress do not change it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.db"
        with archive.reading() as connection, closing(sqlite3.connect(path)) as copy:
            connection.backup(copy)
        Archive.open(path).close()
        yield path


def _take(archive: Archive, source: Path, run_ids: Sequence[str] | None) -> Imported:
    """Take runs, or all, with their cells from the archive file `source`."""
    with archive.reading() as connection:
        connection.execute("ATTACH ? AS other", (str(source),))
        try:
            with archive.writing():
                return _take_attached(connection, run_ids)
        finally:
            connection.execute("DETACH other")


def _take_attached(connection: sqlite3.Connection, run_ids: Sequence[str] | None) -> Imported:
    taken = Imported()
    for (run_id,) in connection.execute("SELECT id FROM other.runs ORDER BY created, rowid").fetchall():
        if run_ids is not None and run_id not in run_ids:
            continue
        if connection.execute("SELECT 1 FROM main.runs WHERE id = ?", (run_id,)).fetchone() is None:
            _copy_rows(connection, "sources", SOURCES, {"run": run_id})
            for table, where in RUN_TABLES.items():
                _copy_rows(connection, table, where, {"run": run_id})
            taken.added.append(run_id)
        elif differing := [table for table, where in RUN_TABLES.items() if _differ(connection, table, where, run_id)]:
            taken.conflicts.append(_run_conflict(connection, run_id, differing))
        else:
            taken.known.append(run_id)
        _copy_content(connection, OF_RUN_CONTENT, {"run": run_id})
    return replace(taken, cells=_take_cells(connection, run_ids, taken.conflicts))


def _run_conflict(connection: sqlite3.Connection, run_id: str, tables: Sequence[str]) -> str:
    here, there = (
        connection.execute(f"SELECT count(*) FROM {schema}.programs WHERE run_id = ?", (run_id,)).fetchone()[0]
        for schema in ("main", "other")
    )
    return (
        f"Run {run_id} is in both and differs in {', '.join(tables)} ({here} programs here, {there} there); "
        "the one here is kept."
    )


def _take_cells(connection: sqlite3.Connection, run_ids: Sequence[str] | None, conflicts: list[str]) -> int:
    """Take held-out cells of all sources, or of those of the named runs, and count those that are new."""
    of_runs = "1"
    if run_ids is not None:
        marks = ", ".join("?" for _ in run_ids)
        of_runs = f"source_hash IN (SELECT source_hash FROM other.programs WHERE run_id IN ({marks}))"
    chosen = f"SELECT {', '.join(CELL)} FROM other.heldout_outcomes WHERE {of_runs}"
    added = 0
    for cell in connection.execute(chosen, list(run_ids or ())).fetchall():
        key = dict(zip(CELL, cell, strict=True))
        here, there = (
            connection.execute(f"SELECT {CELL_CONTENT} FROM {schema}.heldout_outcomes WHERE {OF_CELL}", key).fetchone()
            for schema in ("main", "other")
        )
        if here is None:
            _copy_rows(connection, "sources", OF_CELL_SOURCE, key)
            _copy_rows(connection, "heldout_tasks", OF_CELL_TASK, key)
            _copy_rows(connection, "heldout_outcomes", OF_CELL, key)
            added += 1
        elif here != there:
            conflicts.append(
                f"Program {here[0]} was evaluated on the held-out task {here[1]} in both (attempt {key['attempt']}); "
                "the outcome here is kept."
            )
        _copy_content(connection, OF_CELL_CONTENT, key)
    return added


def _copy_rows(connection: sqlite3.Connection, table: str, where: str, values: dict[str, str]) -> None:
    """Copy rows; sources and held-out tasks may be there already."""
    shared = " OR IGNORE" if table in ("sources", "heldout_tasks") else ""
    columns = _columns(connection, table)
    connection.execute(
        f"INSERT{shared} INTO main.{table} ({columns}) "
        f"SELECT {columns} FROM other.{table} WHERE {where.format(schema='other')}",
        values,
    )


def _copy_content(connection: sqlite3.Connection, where: str, values: dict[str, str]) -> None:
    """Copy what tasks are made of; a task that is held out in one archive is held out in both."""
    columns = _columns(connection, "task_content")
    connection.execute(
        f"INSERT INTO main.task_content ({columns}) SELECT {columns} FROM other.task_content "
        f"WHERE {where.format(schema='other')} "
        "ON CONFLICT (fingerprint) DO UPDATE SET held_out = max(held_out, excluded.held_out)",
        values,
    )


def _differ(connection: sqlite3.Connection, table: str, where: str, run_id: str) -> bool:
    """Whether a run's rows of a table are other ones here than there."""
    columns = _columns(connection, table)
    here, there = (
        f"SELECT {columns} FROM {schema}.{table} WHERE {where.format(schema=schema)}" for schema in ("main", "other")
    )
    return any(
        connection.execute(f"SELECT * FROM ({one}) EXCEPT SELECT * FROM ({two}) LIMIT 1", {"run": run_id}).fetchone()
        for one, two in ((here, there), (there, here))
    )


def _columns(connection: sqlite3.Connection, table: str) -> str:
    return ", ".join(name for (name,) in connection.execute(f"SELECT name FROM pragma_table_info('{table}')"))
