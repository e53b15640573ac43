"""Rows back into records, and the ways to name a run or a program."""

import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

from archive.deltas import decode
from archive.errors import ArchiveError
from archive.packing import unpack
from archive.records import Exchange, OutcomeRecord, Program, ProgramRecord, Run, RunRecord, TaskRecord, UsageRecord

Record = TypeVar("Record", OutcomeRecord, ProgramRecord, TaskRecord, UsageRecord)


def runs(connection: sqlite3.Connection) -> list[Run]:
    """All runs, newest first."""
    return [
        _run(connection, row) for row in _select(connection, "SELECT * FROM runs ORDER BY created DESC, rowid DESC")
    ]


def run(connection: sqlite3.Connection, run_id: str) -> Run:
    """One run. Raises ArchiveError when there is none of this id."""
    rows = _select(connection, "SELECT * FROM runs WHERE id = ?", run_id)
    if not rows:
        raise ArchiveError(f"There is no run {run_id} in this archive; `ttc runs` lists them.")
    return _run(connection, rows[0])


def resolve_run(connection: sqlite3.Connection, text: str) -> str:
    """The id that `text` names: `latest`, an id or an id's beginning. Raises ArchiveError for none or several."""
    ids = [row["id"] for row in _select(connection, "SELECT id FROM runs ORDER BY created DESC, rowid DESC")]
    if not ids:
        raise ArchiveError("The archive has no run yet; `ttc discover` starts one.")
    if text == "latest":
        return str(ids[0])
    matches = [run_id for run_id in ids if run_id.startswith(text)]
    if text in matches or len(matches) == 1:
        return text if text in matches else str(matches[0])
    if matches:
        raise ArchiveError(f"'{text}' begins several runs ({', '.join(matches)}); write more of the id.")
    raise ArchiveError(f"There is no run '{text}' in this archive; it has {', '.join(ids[:8])}.")


def programs(connection: sqlite3.Connection, run_id: str) -> list[Program]:
    """A run's programs, oldest first."""
    return _programs(connection, "p.run_id = ?", run_id)


def program(connection: sqlite3.Connection, text: str) -> Program:
    """The program that `text` names: RUN.NUMBER with RUN as in `resolve_run`, or NUMBER in the latest run."""
    run_text, _, number = text.rpartition(".")
    run_id = resolve_run(connection, run_text or "latest")
    found = _programs(connection, "p.id = ?", f"{run_id}.{number}")
    if not found:
        (last,) = connection.execute("SELECT max(number) FROM programs WHERE run_id = ?", (run_id,)).fetchone()
        raise ArchiveError(
            f"There is no program '{text}'; run {run_id} has the programs {run_id}.1 to {run_id}.{last}."
        )
    return found[0]


def frontier(connection: sqlite3.Connection, run_id: str) -> list[Program]:
    """A run's non-dominated programs, cheapest first."""
    found = _programs(connection, "p.id IN (SELECT id FROM frontier WHERE run_id = ?)", run_id)
    return sorted(found, key=lambda program: program.record.cost_ratio or 0.0)


def exchanges(connection: sqlite3.Connection, run_id: str) -> list[Exchange]:
    """A run's exchanges with language models, in the order recorded."""
    found: list[Exchange] = []
    for row in _select(connection, "SELECT * FROM exchanges WHERE run_id = ? ORDER BY position", run_id):
        request = decode(row["request"], found[-1].request if found else "")
        found.append(Exchange(row["number"], row["step"], row["request_hash"], request, _text(row["response"])))
    return found


def responses(connection: sqlite3.Connection, run_id: str) -> list[str]:
    """The responses of a run's exchanges, in the order recorded."""
    rows = connection.execute("SELECT response FROM exchanges WHERE run_id = ? ORDER BY position", (run_id,))
    return [_text(blob) for (blob,) in rows]


def answer(connection: sqlite3.Connection, run_id: str, number: int, step: str) -> tuple[str, str] | None:
    """Request hash and response of the newest exchange of a step; None where there is none."""
    row = connection.execute(
        "SELECT request_hash, response FROM exchanges WHERE run_id = ? AND number = ? AND step = ? "
        "ORDER BY position DESC LIMIT 1",
        (run_id, number, step),
    ).fetchone()
    return None if row is None else (row[0], _text(row[1]))


def _run(connection: sqlite3.Connection, row: sqlite3.Row) -> Run:
    tasks = _select(connection, "SELECT * FROM tasks WHERE run_id = ? ORDER BY position", row["id"])
    record = RunRecord(
        objective=row["objective"],
        seed=row["seed"],
        tasks=[_record(TaskRecord, task) for task in tasks],
        **{part: json.loads(row[part]) for part in ("config", "versions", "machine", "encoder", "isolation")},
    )
    return Run(row["id"], row["created"], row["status"], record)


def _programs(connection: sqlite3.Connection, where: str, value: str) -> list[Program]:
    """Programs and all that belongs to them, in five statements however many they are."""
    chosen = f"SELECT p.id FROM programs p WHERE {where}"
    rows = _select(
        connection,
        f"SELECT p.*, s.source FROM programs p JOIN sources s ON s.hash = p.source_hash WHERE {where} "
        "ORDER BY p.run_id, p.number",
        value,
    )
    parents: dict[str, list[str]] = defaultdict(list)
    for row in _select(
        connection, f"SELECT * FROM parents WHERE program_id IN ({chosen}) ORDER BY program_id, position", value
    ):
        parents[row["program_id"]].append(row["parent_id"])
    outcomes: dict[str, list[OutcomeRecord]] = defaultdict(list)
    for row in _select(
        connection,
        "SELECT o.* FROM outcomes o JOIN programs p ON p.id = o.program_id "
        f"JOIN tasks t ON t.run_id = p.run_id AND t.name = o.task WHERE {where} ORDER BY o.program_id, t.position",
        value,
    ):
        outcomes[row["program_id"]].append(_record(OutcomeRecord, row))
    usage: dict[str, list[UsageRecord]] = defaultdict(list)
    for row in _select(connection, f"SELECT * FROM usage WHERE program_id IN ({chosen}) ORDER BY id", value):
        usage[row["program_id"]].append(_record(UsageRecord, row))
    return [
        Program(
            row["id"],
            row["run_id"],
            row["number"],
            row["created"],
            _record(
                ProgramRecord, row, parents=parents[row["id"]], outcomes=outcomes[row["id"]], usage=usage[row["id"]]
            ),
        )
        for row in rows
    ]


def _record(kind: type[Record], row: sqlite3.Row, **others: Any) -> Record:
    """A record of the columns that bear its fields' names."""
    decode: dict[str, Callable[[Any], Any]] = {
        "per_query": unpack,
        "baseline_per_query": unpack,
        "flags": json.loads,
        "violations": json.loads,
        "query_ids": json.loads,
    }
    own = {
        field.name: decode.get(field.name, lambda value: value)(row[field.name])
        for field in fields(kind)
        if field.name not in others
    }
    return kind(**own, **others)


def _select(connection: sqlite3.Connection, statement: str, *values: str) -> list[sqlite3.Row]:
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(statement, values).fetchall()


def _text(blob: bytes) -> str:
    return zlib.decompress(blob).decode()
