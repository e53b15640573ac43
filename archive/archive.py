"""The archive: one SQLite file that holds everything a run has done. A program is in it wholly or not at all."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from archive import reading, rows
from archive.connection import connect, sentences, transaction
from archive.records import Exchange, Program, ProgramRecord, Run, RunRecord

if TYPE_CHECKING:
    from sqlite_utils import Database

RUN_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that cannot be mistaken for one another."""


class Archive:
    """An open archive; a context manager. Every method raises ArchiveError where the file fails it."""

    def __init__(self, db: "Database", path: Path) -> None:
        self.db = db
        self.path = path
        self._last_request = ("", "", 0)  # run, text, number of exchanges

    @classmethod
    def open(cls, path: str | Path, *, read_only: bool = False, create: bool = True) -> Self:
        """Open or make the archive at `path`. Raises ArchiveError where that is impossible."""
        path = Path(path).expanduser()
        return cls(connect(path, read_only=read_only, create=create), path)

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # -- writing ----------------------------------------------------------------------------------------------------

    def start_run(self, record: RunRecord) -> str:
        """Record a new run with status `running` and return its id."""
        run_id = "".join(secrets.choice(RUN_ID_LETTERS) for _ in range(6))
        with self._writing() as connection:
            rows.insert(connection, "runs", [rows.run(run_id, record)])
            tasks = [rows.task(run_id, place, task) for place, task in enumerate(record.tasks)]
            rows.insert(connection, "tasks", tasks)
        return run_id

    def set_status(self, run_id: str, status: str) -> None:
        """Set a run's status: `running`, `stopped` or `finished`."""
        with self._writing() as connection:
            connection.execute("UPDATE runs SET status = ? WHERE id = ?", (status, run_id))

    def record_program(self, run_id: str, record: ProgramRecord) -> str:
        """Record a program with its outcomes and usage in one transaction and return its id, RUN.NUMBER."""
        with self._writing() as connection:
            (number,) = connection.execute(
                "SELECT coalesce(max(number), 0) + 1 FROM programs WHERE run_id = ?", (run_id,)
            ).fetchone()
            program_id = f"{run_id}.{number}"
            source_hash = rows.source_hash(record.source)
            rows.insert(connection, "sources", [rows.source(source_hash, record.source)], or_ignore=True)
            rows.insert(connection, "programs", [rows.program(program_id, run_id, number, source_hash, record)])
            rows.insert(connection, "parents", rows.parents(program_id, record.parents))
            rows.insert(connection, "outcomes", [rows.outcome(program_id, outcome) for outcome in record.outcomes])
            rows.insert(connection, "usage", [rows.usage(run_id, program_id, usage) for usage in record.usage])
        return program_id

    def record_exchange(self, run_id: str, exchange: Exchange) -> None:
        """Keep a request to a language model and its answer, before anything is done with it.

        The answer was paid for, so it is on the disk when this returns. Exchanges of one run are recorded through one
        Archive: a request is stored by what it shares with the one before it.
        """
        known_run, base, position = self._last_request
        if known_run != run_id:
            earlier = self.exchanges(run_id)
            base, position = (earlier[-1].request if earlier else ""), len(earlier)
        with sentences(self.path):
            self.db.conn.execute("PRAGMA synchronous = FULL")
        try:
            with self._writing() as connection:
                rows.insert(connection, "exchanges", [rows.exchange(run_id, position, exchange, base)])
        finally:
            with sentences(self.path):
                self.db.conn.execute("PRAGMA synchronous = NORMAL")
        self._last_request = (run_id, exchange.request, position + 1)

    def event(self, run_id: str, kind: str, message: str) -> None:
        """Note something worth knowing about a run."""
        with self._writing() as connection:
            rows.insert(connection, "events", [rows.event(run_id, kind, message)])

    # -- reading ----------------------------------------------------------------------------------------------------

    def runs(self) -> list[Run]:
        """All runs, newest first."""
        with sentences(self.path):
            return reading.runs(self.db.conn)

    def run(self, run_id: str) -> Run:
        """One run. Raises ArchiveError when there is none of this id."""
        with sentences(self.path):
            return reading.run(self.db.conn, run_id)

    def resolve_run(self, text: str) -> str:
        """The id of the run that `text` names: `latest`, an id, or an id's beginning."""
        with sentences(self.path):
            return reading.resolve_run(self.db.conn, text)

    def programs(self, run_id: str) -> list[Program]:
        """A run's programs, oldest first."""
        with sentences(self.path):
            return reading.programs(self.db.conn, run_id)

    def program(self, text: str) -> Program:
        """The program that `text` names: RUN.NUMBER, or a number within the latest run."""
        with sentences(self.path):
            return reading.program(self.db.conn, text)

    def frontier(self, run_id: str) -> list[Program]:
        """A run's non-dominated programs, cheapest first."""
        with sentences(self.path):
            return reading.frontier(self.db.conn, run_id)

    def program_counts(self) -> dict[str, int]:
        """Number of programs of each run that has any."""
        with sentences(self.path):
            return dict(self.db.conn.execute("SELECT run_id, count(*) FROM programs GROUP BY run_id").fetchall())

    def exchanges(self, run_id: str) -> list[Exchange]:
        """A run's exchanges with language models, in the order recorded."""
        with sentences(self.path):
            return reading.exchanges(self.db.conn, run_id)

    def answer(self, run_id: str, number: int, step: str) -> tuple[str, str] | None:
        """Request hash and response of the newest exchange of a step; None where there is none."""
        with sentences(self.path):
            return reading.answer(self.db.conn, run_id, number, step)

    def responses(self, run_id: str) -> list[str]:
        """The responses alone, in the order recorded."""
        with sentences(self.path):
            return reading.responses(self.db.conn, run_id)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with sentences(self.path), transaction(self.db.conn):
            yield self.db.conn
