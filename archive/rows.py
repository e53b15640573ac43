"""Records as table rows: column name to SQLite value."""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from archive.deltas import encode
from archive.packing import pack
from archive.records import Exchange, OutcomeRecord, ProgramRecord, RunRecord, TaskRecord, UsageRecord

Row = Mapping[str, Any]


def insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row], *, or_ignore: bool = False) -> None:
    """Insert rows of equal columns with one prepared statement."""
    if not rows:
        return
    columns = list(rows[0])
    statement = (
        f"INSERT {'OR IGNORE ' if or_ignore else ''}INTO {table} ({', '.join(columns)}) "
        f"VALUES ({', '.join('?' for _ in columns)})"
    )
    connection.executemany(statement, [tuple(map(_storable, row.values())) for row in rows])


def source_hash(source: str) -> str:
    """What identifies a source text, to the letter."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def run(run_id: str, record: RunRecord) -> Row:
    return {
        "id": run_id,
        "created": _now(),
        "status": "running",
        "objective": record.objective,
        "seed": record.seed,
        "encoder_name": record.encoder["name"],
        "encoder_fingerprint": record.encoder["fingerprint"],
        "config": _json(record.config),
        "versions": _json(record.versions),
        "machine": _json(record.machine),
        "encoder": _json(record.encoder),
        "isolation": _json(record.isolation),
    }


def task(run_id: str, position: int, record: TaskRecord) -> Row:
    return {
        "run_id": run_id,
        "position": position,
        **asdict(record),
        "baseline_per_query": pack(record.baseline_per_query),
        "query_ids": _json(record.query_ids),
    }


def source(digest: str, text: str) -> Row:
    return {"hash": digest, "source": text}


def program(program_id: str, run_id: str, number: int, digest: str, record: ProgramRecord) -> Row:
    kept_elsewhere = {"source", "parents", "outcomes", "usage"}
    own = {name: value for name, value in vars(record).items() if name not in kept_elsewhere}
    return {
        "id": program_id,
        "run_id": run_id,
        "number": number,
        "created": _now(),
        "source_hash": digest,
        **own,
        "flags": _json(record.flags),
        "violations": _json(record.violations),
    }


def parents(program_id: str, parent_ids: Sequence[str]) -> list[Row]:
    return [
        {"program_id": program_id, "position": place, "parent_id": parent} for place, parent in enumerate(parent_ids)
    ]


def outcome(program_id: str, record: OutcomeRecord) -> Row:
    return {
        "program_id": program_id,
        **vars(record),
        "per_query": pack(record.per_query),
        "flags": _json(record.flags),
    }


def usage(run_id: str, program_id: str, record: UsageRecord) -> Row:
    return {"run_id": run_id, "program_id": program_id, **asdict(record)}


def exchange(run_id: str, position: int, record: Exchange, base: str) -> Row:
    return {
        "run_id": run_id,
        "position": position,
        "number": record.number,
        "step": record.step,
        "created": _now(),
        "request_hash": record.request_hash,
        "request": encode(record.request, base),
        "response": _compressed(record.response),
    }


def event(run_id: str, kind: str, message: str) -> Row:
    return {"run_id": run_id, "created": _now(), "kind": kind, "message": message}


def _storable(value: Any) -> Any:
    """Lone surrogates, which an author's text may hold, cannot be stored as SQLite text; they become `?`."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def _compressed(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "replace"), 9)


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
