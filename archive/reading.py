"""Runs and programs, read back as records."""

import sqlite3
from collections import defaultdict

from archive.content import HASH_BYTES, Content, KnownTask, Searched
from archive.errors import ArchiveError
from archive.naming import require_run
from archive.records import Event, OutcomeRecord, Program, ProgramRecord, Run, RunRecord, TaskRecord, UsageRecord
from archive.rows import from_json, from_row, measured_from, select
from archive.sound import require_id, require_sound_outcome, require_sound_task
from archive.usage import OF_PROGRAMS


def runs(connection: sqlite3.Connection) -> list[Run]:
    """All runs, newest first."""
    return [_run(connection, row) for row in select(connection, "SELECT * FROM runs ORDER BY created DESC, rowid DESC")]


def run(connection: sqlite3.Connection, run_id: str) -> Run:
    """One run. Raises ArchiveError when there is none of this id."""
    require_run(connection, run_id)
    return _run(connection, select(connection, "SELECT * FROM runs WHERE id = ?", run_id)[0])


def programs(connection: sqlite3.Connection, run_id: str, after: int = 0) -> list[Program]:
    """A run's programs with a number above `after`, oldest first."""
    require_run(connection, run_id)
    return _programs(connection, "p.run_id = ? AND p.number > ?", run_id, after)


def program(connection: sqlite3.Connection, program_id: str) -> Program:
    """The program of this id, which must exist."""
    return _programs(connection, "p.id = ?", program_id)[0]


def frontier(connection: sqlite3.Connection, run_id: str) -> list[Program]:
    """A run's non-dominated programs, cheapest first."""
    require_run(connection, run_id)
    ids = connection.execute("SELECT id FROM frontier WHERE run_id = ? ORDER BY cost_ratio", (run_id,)).fetchall()
    return [program(connection, program_id) for (program_id,) in ids]


def program_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Number of programs of each run that has any."""
    return dict(connection.execute("SELECT run_id, count(*) FROM programs GROUP BY run_id").fetchall())


def searched(connection: sqlite3.Connection) -> dict[str, Searched]:
    """Source hash to the tasks of every run that wrote the source; seeds were not searched.

    Only for sources that have a held-out cell.
    """
    found: dict[str, set[str]] = defaultdict(set)
    statement = (
        "SELECT DISTINCT source_hash, run_id FROM programs "
        "WHERE generation > 0 AND source_hash IN (SELECT source_hash FROM heldout_outcomes)"
    )
    for source, run_id in connection.execute(statement):
        found[source].add(run_id)
    of_run = {run_id: searched_by(connection, run_id) for run_id in set().union(*found.values())}
    return {
        source: Searched(frozenset().union(*(of_run[run_id].tasks for run_id in run_ids)))
        for source, run_ids in found.items()
    }


def searched_by(connection: sqlite3.Connection, run_id: str) -> Searched:
    """What one run searched on. Raises ArchiveError when there is none of this id."""
    require_run(connection, run_id)
    rows = select(connection, "SELECT name, fingerprint FROM tasks WHERE run_id = ?", run_id)
    return Searched(frozenset(known_task(connection, row["name"], row["fingerprint"]) for row in rows))


def known_task(connection: sqlite3.Connection, name: str, fingerprint: str) -> KnownTask:
    """A task with its content, as far as that was recorded."""
    rows = select(connection, "SELECT queries, documents FROM task_content WHERE fingerprint = ?", fingerprint)
    return KnownTask(name, fingerprint, _content(rows[0]) if rows else None)


def _content(row: sqlite3.Row) -> Content:
    for hashes in (row["queries"], row["documents"]):
        if len(hashes) % HASH_BYTES:
            raise ArchiveError("The archive holds a part of a hash of a task's text; it is damaged.")
    return Content(row["queries"], row["documents"])


def tasks_held_out(connection: sqlite3.Connection) -> list[KnownTask]:
    """The tasks that somebody said are held out, by name."""
    rows = select(connection, "SELECT name, fingerprint, queries, documents FROM task_content WHERE held_out")
    found = [KnownTask(row["name"], row["fingerprint"], _content(row)) for row in rows]
    return sorted(found, key=lambda task: task.name)


def events(connection: sqlite3.Connection, run_id: str) -> list[Event]:
    """A run's events, oldest first."""
    require_run(connection, run_id)
    rows = select(connection, "SELECT * FROM events WHERE run_id = ? ORDER BY position", run_id)
    return [Event(row["created"], row["kind"], row["message"]) for row in rows]


def _run(connection: sqlite3.Connection, row: sqlite3.Row) -> Run:
    require_id(row["id"])
    tasks = select(connection, "SELECT * FROM tasks WHERE run_id = ? ORDER BY position", row["id"])
    measures = measured_from(
        select(connection, "SELECT * FROM cosine_measures WHERE run_id = ? ORDER BY rowid", row["id"]), "task"
    )
    record = RunRecord(
        objective=row["objective"],
        seed=row["seed"],
        measure=row["measure"],
        maximise=row["maximise"],
        tasks=[from_row(TaskRecord, task, measured=measures.get((task["name"],), {})) for task in tasks],
        **{part: from_json(row[part], dict) for part in ("config", "versions", "machine", "encoder", "isolation")},
    )
    for task in record.tasks:
        require_sound_task(task)
    return Run(row["id"], row["created"], row["ended"], row["status"], record)


def _programs(connection: sqlite3.Connection, where: str, *values: str | int) -> list[Program]:
    """Programs and all that belongs to them, in five statements however many they are."""
    rows = select(
        connection,
        f"SELECT p.*, s.source FROM programs p JOIN sources s ON s.hash = p.source_hash WHERE {where} "
        "ORDER BY p.run_id, p.number",
        *values,
    )
    parents: dict[str, list[str]] = defaultdict(list)
    for row in select(
        connection,
        f"SELECT a.* FROM parents a JOIN programs p ON p.id = a.program_id WHERE {where} "
        "ORDER BY a.program_id, a.position",
        *values,
    ):
        parents[row["program_id"]].append(row["parent_id"])
    measures = measured_from(
        select(
            connection,
            f"SELECT m.* FROM outcome_measures m JOIN programs p ON p.id = m.program_id WHERE {where} ORDER BY m.rowid",
            *values,
        ),
        "program_id",
        "task",
    )
    outcomes: dict[str, list[OutcomeRecord]] = defaultdict(list)
    for row in select(
        connection,
        "SELECT o.*, t.n_queries FROM outcomes o JOIN programs p ON p.id = o.program_id "
        f"JOIN tasks t ON t.run_id = p.run_id AND t.name = o.task WHERE {where} ORDER BY o.program_id, t.position",
        *values,
    ):
        outcome = from_row(OutcomeRecord, row, measured=measures.get((row["program_id"], row["task"]), {}))
        require_sound_outcome(outcome, row["n_queries"])
        outcomes[row["program_id"]].append(outcome)
    usage: dict[str, list[UsageRecord]] = defaultdict(list)
    for row in select(
        connection,
        f"SELECT p.id, u.* FROM (SELECT * FROM usage WHERE {OF_PROGRAMS}) u "
        f"JOIN programs p ON (p.run_id, p.number) = (u.run_id, u.number) WHERE {where} "
        "ORDER BY u.run_id, u.number, u.position",
        *values,
    ):
        usage[row["id"]].append(from_row(UsageRecord, row))
    return [
        Program(
            row["id"],
            row["run_id"],
            row["number"],
            row["created"],
            from_row(
                ProgramRecord, row, parents=parents[row["id"]], outcomes=outcomes[row["id"]], usage=usage[row["id"]]
            ),
        )
        for row in rows
    ]
