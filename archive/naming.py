"""How a person names a run or a program, and what they are told when there is none of that name."""

import difflib
import secrets
import sqlite3

from archive.errors import ArchiveError

LETTERS = "abcdefghjkmnpqrstuvwxyz"
DIGITS = "23456789"
"""Without those that can be mistaken for one another."""


def new_run_id(connection: sqlite3.Connection) -> str:
    """Six characters that no run of this archive has, with a letter first and a digit: no word and no number."""
    while True:
        run_id = secrets.choice(LETTERS) + "".join(secrets.choice(LETTERS + DIGITS) for _ in range(5))
        if run_id.isalpha():
            continue
        if connection.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone() is None:
            return run_id


def require_run(connection: sqlite3.Connection, run_id: str) -> None:
    """Raise ArchiveError unless there is a run of exactly this id."""
    if connection.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone() is None:
        raise ArchiveError(_no_run(run_id, run_ids(connection)))


def resolve_run(connection: sqlite3.Connection, text: str) -> str:
    """The id that `text` names: `latest`, an id or an id's beginning. Raises ArchiveError for none or several."""
    ids = run_ids(connection)
    if not ids:
        raise ArchiveError("The archive has no run yet; `ttc discover` starts one.")
    if text == "latest":
        return ids[0]
    matches = [run_id for run_id in ids if text and run_id.startswith(text)]
    if text in matches or len(matches) == 1:
        return text if text in matches else matches[0]
    if matches:
        raise ArchiveError(f"'{text}' begins several runs ({', '.join(matches)}); write more of the id.")
    raise ArchiveError(_no_run(text, ids))


def resolve_program(connection: sqlite3.Connection, text: str) -> str:
    """The id that `text` names: RUN.NUMBER with RUN as in `resolve_run`, or NUMBER in the latest run.

    Raises ArchiveError when there is none.
    """
    run_text, _, number = text.rpartition(".")
    if not number.isdecimal():
        raise ArchiveError(f"'{text}' names no program; write RUN.NUMBER, or NUMBER alone for the latest run.")
    run_id = resolve_run(connection, run_text or "latest")
    program_id = f"{run_id}.{int(number)}"
    if connection.execute("SELECT 1 FROM programs WHERE id = ?", (program_id,)).fetchone():
        return program_id
    (last,) = connection.execute("SELECT max(number) FROM programs WHERE run_id = ?", (run_id,)).fetchone()
    held = f"has the programs {run_id}.1 to {run_id}.{last}" if last else "has no program yet"
    raise ArchiveError(f"There is no program '{text}'; run {run_id} {held}.")


def run_ids(connection: sqlite3.Connection) -> list[str]:
    """Newest first."""
    return [run_id for (run_id,) in connection.execute("SELECT id FROM runs ORDER BY created DESC, rowid DESC")]


def _no_run(text: str, ids: list[str]) -> str:
    near = difflib.get_close_matches(text, ids, n=3, cutoff=0.5)
    if near:
        return f"There is no run '{text}' in this archive; did you mean {' or '.join(near)}?"
    return f"There is no run '{text}' in this archive; `ttc runs` lists what it has."
