"""Rows of calls to models and to servers of encoders, within the caller's transaction; `calls` says what they mean."""

import sqlite3
from collections.abc import Sequence

from archive.records import CallRecord, UsageRecord
from archive.rows import from_row, insert, now, select, to_row

IN_FLIGHT, FAILED, LOST = "in-flight", "failed", "lost"
UNANSWERED = f"('{IN_FLIGHT}', '{FAILED}', '{LOST}')"

SET_ASIDE = "set-aside"
"""Of an answer that its program was not made of, as somebody outside the run wrote the program instead."""
NO_PROGRAMS = f"('{IN_FLIGHT}', '{FAILED}', '{LOST}', '{SET_ASIDE}')"
"""Calls that are no program's usage, though they count against the caps."""
EMBEDDING = "embedding"
"""The purpose of what an encoder's server read: it counts against the caps, and is no program's usage either."""
OF_PROGRAMS = f"verdict NOT IN {NO_PROGRAMS} AND purpose <> '{EMBEDDING}'"
"""The condition in SQL that a call was a program's own."""


def write_call(connection: sqlite3.Connection, run_id: str, call: CallRecord, position: int | None = None) -> int:
    """Write a call as the last one of its program, or in place of the one at `position`; returns its position."""
    if position is None:
        (position,) = connection.execute(
            "SELECT coalesce(max(position) + 1, 0) FROM usage WHERE run_id = ? AND number = ?", (run_id, call.number)
        ).fetchone()
    row = {"run_id": run_id, "number": call.number, "position": position, "created": now()}
    own = {"detail": call.detail, "charged_usd": call.charged_usd, "charged_tokens": call.charged_tokens}
    insert(connection, "usage", [row | own | to_row(call.usage)], otherwise="REPLACE")
    return int(position or 0)


def write_usage(connection: sqlite3.Connection, run_id: str, number: int, usage: Sequence[UsageRecord]) -> None:
    """Note what the answers that a program is made of were good for; a call that has no row yet gets one.

    An answer that was recorded for its number but went into no part of it is set aside.
    """
    steps = ", ".join("?" for _ in usage)
    connection.execute(
        f"UPDATE usage SET verdict = ? WHERE run_id = ? AND number = ? AND verdict NOT IN {UNANSWERED} "
        f"AND purpose <> '{EMBEDDING}' AND step NOT IN ({steps})",
        (SET_ASIDE, run_id, number, *(call.step for call in usage)),
    )
    for call in usage:
        if not (call.step and _noted(connection, run_id, number, call)):
            write_call(connection, run_id, CallRecord(number, call, call.cost_usd or 0.0))


def _noted(connection: sqlite3.Connection, run_id: str, number: int, call: UsageRecord) -> bool:
    """Give the newest answer to a step its verdict; False where the step has no row."""
    found = connection.execute(
        "UPDATE usage SET verdict = ? WHERE (run_id, number, position) = (SELECT run_id, number, max(position) "
        f"FROM usage WHERE run_id = ? AND number = ? AND step = ? AND verdict NOT IN {UNANSWERED})",
        (call.verdict, run_id, number, call.step),
    )
    return found.rowcount > 0


def select_calls(connection: sqlite3.Connection, run_id: str, where: str) -> list[CallRecord]:
    """A run's calls of which a condition in SQL holds, by program and in the order made."""
    statement = f"SELECT * FROM usage WHERE run_id = ? AND ({where}) ORDER BY number, position"
    return [
        CallRecord(row["number"], from_row(UsageRecord, row), row["charged_usd"], row["charged_tokens"], row["detail"])
        for row in select(connection, statement, run_id)
    ]
