"""The archive: one SQLite file that holds everything a run has done. A program is in it wholly or not at all."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from archive import naming, reading, rows
from archive.connection import connect, durable, sentences, transaction
from archive.content import KnownTask, Searched
from archive.costs import Axis, axis_of, non_dominated_programs
from archive.errors import ArchiveError
from archive.exchanges import Exchanges
from archive.export import export
from archive.locks import held
from archive.paths import expanded
from archive.records import CallRecord, Event, Exchange, OutcomeRecord, Program, ProgramRecord, Run, RunRecord
from archive.usage import write_call, write_usage

if TYPE_CHECKING:
    from sqlite_utils import Database


class Archive:
    """An open archive; a context manager, safe to use from several threads.

    Every method raises ArchiveError where the file fails it, or where it has no run or program of the name given.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()
        self._exchanges = Exchanges(connection)

    @classmethod
    def open(cls, path: str | Path, *, read_only: bool = False, create: bool = True) -> Self:
        """Open or make the archive at `path`. Raises ArchiveError where that is impossible."""
        path = expanded(path)
        return cls(connect(path, read_only=read_only, create=create), path)

    @cached_property
    def db(self) -> "Database":
        """The same connection as sqlite-utils has it, which takes a while to load."""
        from sqlite_utils import Database

        return Database(self._connection)

    @contextmanager
    def held(self, what: str, sentence: str) -> Iterator[None]:
        """Let one process at a time work on a part of the archive; `what` names the part in the lock's file name.

        The lock ends with the process, however that ends. Raises ArchiveError with the sentence where another has it.
        """
        with held(self.path.with_name(f"{self.path.name}-{what}.lock"), sentence):
            yield

    def close(self) -> None:
        """Close the file. A run that is still `running` can be resumed."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def writing(self, *, durably: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction: all that is written within is kept, or nothing of it; `durably` outlives a power cut."""
        how = durable(self._connection) if durably else nullcontext()
        with self._lock, sentences(self.path), how, transaction(self._connection):
            yield self._connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for looking."""
        with self._lock, sentences(self.path):
            yield self._connection

    # -- writing ----------------------------------------------------------------------------------------------------

    def start_run(self, record: RunRecord) -> str:
        """Record a new run with status `running` and return its id."""
        with self.writing() as connection:
            run_id = naming.new_run_id(connection)
            rows.insert(connection, "runs", [rows.run_row(run_id, record)])
            tasks = [
                {"run_id": run_id, "position": at, **rows.to_row(task, "measured")}
                for at, task in enumerate(record.tasks)
            ]
            rows.insert(connection, "tasks", tasks)
            for task in record.tasks:
                measures = rows.measured_rows(task.measured, run_id=run_id, task=task.name)
                rows.insert(connection, "cosine_measures", measures)
        return run_id

    def secret(self, otherwise: str) -> str:
        """What decides the order in which programs see tasks: drawn once, so `otherwise` where there is none yet."""
        with self.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO secret VALUES (1, ?)", (otherwise,))
            (value,) = connection.execute("SELECT value FROM secret").fetchone()
        return str(value)

    def recorded_secret(self) -> str | None:
        """What `secret` has drawn; None where nothing was drawn yet."""
        with self.reading() as connection:
            row = connection.execute("SELECT value FROM secret").fetchone()
        return None if row is None else str(row[0])

    def set_status(self, run_id: str, status: str) -> None:
        """Set a run's status: `running`, `stopped`, `finished` or `failed`."""
        with self.writing() as connection:
            naming.require_run(connection, run_id)
            ended = None if status == "running" else rows.now()
            connection.execute("UPDATE runs SET status = ?, ended = ? WHERE id = ?", (status, ended, run_id))

    def record_program(self, run_id: str, record: ProgramRecord, events: Sequence[tuple[str, str]] = ()) -> str:
        """Record a program with its outcomes, usage and events (kind, message) and return its id, RUN.NUMBER.

        One transaction: all of it is kept, or nothing.
        """
        with self.writing() as connection:
            naming.require_run(connection, run_id)
            (number,) = connection.execute(
                "SELECT coalesce(max(number), 0) + 1 FROM programs WHERE run_id = ?", (run_id,)
            ).fetchone()
            program_id = f"{run_id}.{number}"
            program = {
                "id": program_id,
                "run_id": run_id,
                "number": number,
                "created": rows.now(),
                "source_hash": rows.store_source(connection, record.source),
                **rows.to_row(record, "source", "parents", "outcomes", "usage"),
            }
            rows.insert(connection, "programs", [program])
            _insert_parents(connection, run_id, program_id, record.parents)
            _insert_outcomes(connection, program_id, record.outcomes)
            write_usage(connection, run_id, number, record.usage)
            for kind, message in events:
                _insert_event(connection, run_id, kind, message)
        return program_id

    def record_exchange(
        self, run_id: str, exchange: Exchange, call: CallRecord | None = None, position: int | None = None
    ) -> None:
        """Keep a request to a language model and its answer, before anything is done with it.

        The answer was paid for, so it is on the disk when this returns. One that is kept already is not kept again.
        With it goes the `call`, in place of the one that was begun at `position`.
        """
        with self._lock:
            try:
                with self.writing(durably=True) as connection:
                    new = self._exchanges.record(run_id, exchange)
                    if call is not None and (new or position is not None):
                        write_call(connection, run_id, call, position)
            except BaseException:
                self._exchanges.forget()
                raise

    def event(self, run_id: str, kind: str, message: str) -> None:
        """Note something worth knowing about a run."""
        with self.writing() as connection:
            naming.require_run(connection, run_id)
            _insert_event(connection, run_id, kind, message)

    # -- reading ----------------------------------------------------------------------------------------------------

    def runs(self) -> list[Run]:
        """All runs, newest first."""
        with self.reading() as connection:
            return reading.runs(connection)

    def run(self, run_id: str) -> Run:
        """The run of this id."""
        with self.reading() as connection:
            return reading.run(connection, run_id)

    def run_ids(self) -> list[str]:
        """The ids of all runs, newest first."""
        with self.reading() as connection:
            return naming.run_ids(connection)

    def resolve_run(self, text: str) -> str:
        """The id of the run that `text` names: `latest`, an id, or an id's beginning."""
        with self.reading() as connection:
            return naming.resolve_run(connection, text)

    def programs(self, run_id: str, after: int = 0) -> list[Program]:
        """A run's programs with a number above `after`, oldest first."""
        with self.reading() as connection:
            return reading.programs(connection, run_id, after)

    def program(self, text: str) -> Program:
        """The program that `text` names: RUN.NUMBER, or a number within the latest run."""
        with self.reading() as connection:
            return reading.program(connection, naming.resolve_program(connection, text))

    def source_is_whole(self, program_id: str) -> bool:
        """Whether a program's source is the text that its hash was taken of when it was recorded."""
        with self.reading() as connection:
            statement = "SELECT s.hash, s.source FROM programs p JOIN sources s ON s.hash = source_hash WHERE id = ?"
            found = connection.execute(statement, (program_id,)).fetchone()
        return found is not None and rows.source_hash(found[1]) == found[0]

    def program_counts(self) -> dict[str, int]:
        """Number of programs of each run that has any."""
        with self.reading() as connection:
            return reading.program_counts(connection)

    def frontier(self, run_id: str, axis: Axis | None = None) -> list[Program]:
        """A run's non-dominated programs, cheapest first; costs on an axis, by default the one it searched by."""
        with self.reading() as connection:
            record = reading.run(connection, run_id).record
            if (axis or axis_of(record)) == "texts":
                return reading.frontier(connection, run_id)
            return non_dominated_programs(reading.programs(connection, run_id), record, axis)

    def searched(self) -> dict[str, Searched]:
        """What the runs that wrote a source searched on, by source hash: a cell on that is not held out.

        Only for sources that have a held-out cell, and not for seeds, which no run wrote.
        """
        with self.reading() as connection:
            return reading.searched(connection)

    def searched_by(self, run_id: str) -> Searched:
        """What one run searched on."""
        with self.reading() as connection:
            return reading.searched_by(connection, run_id)

    def record_content(self, task: KnownTask, *, held_out: bool = False) -> None:
        """Keep what a task is made of; once it was held out, it stays so."""
        if task.content is None:
            raise ArchiveError(f"Task {task.name} has no content to record; give it with its content.")
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO task_content VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (fingerprint) DO UPDATE SET held_out = max(held_out, excluded.held_out)",
                (task.fingerprint, task.name, held_out, task.content.queries, task.content.documents),
            )

    def tasks_held_out(self) -> list[KnownTask]:
        """The tasks that somebody said are held out, with their content, by name."""
        with self.reading() as connection:
            return reading.tasks_held_out(connection)

    def events(self, run_id: str) -> list[Event]:
        """A run's events, oldest first."""
        with self.reading() as connection:
            return reading.events(connection, run_id)

    def exchanges(self, run_id: str) -> list[Exchange]:
        """A run's exchanges with language models, in the order recorded."""
        with self.reading():
            return list(self._exchanges.all(run_id))

    def answer(self, run_id: str, number: int, step: str) -> tuple[str, str] | None:
        """Request hash and response of the newest exchange of a step; None where there is none."""
        with self.reading():
            return self._exchanges.answer(run_id, number, step)

    def n_exchanges(self, run_id: str) -> int:
        """Number of a run's exchanges with language models."""
        with self.reading():
            return self._exchanges.count(run_id)

    def export(self, run_id: str) -> dict[str, Any]:
        """All that a run decided, less what differs when it is repeated; see `archive.export`."""
        with self.reading():
            return export(self.run(run_id), self.programs(run_id), self.exchanges(run_id), self.events(run_id))


def _insert_parents(connection: sqlite3.Connection, run_id: str, program_id: str, parents: Sequence[str]) -> None:
    for parent in parents:
        known = connection.execute("SELECT 1 FROM programs WHERE id = ? AND run_id = ?", (parent, run_id)).fetchone()
        if known is None:
            raise ArchiveError(f"The program names {parent} as a parent, which is not a program of run {run_id}.")
    own = [{"program_id": program_id, "position": at, "parent_id": parent} for at, parent in enumerate(parents)]
    rows.insert(connection, "parents", own)


def _insert_outcomes(connection: sqlite3.Connection, program_id: str, outcomes: Sequence[OutcomeRecord]) -> None:
    own = [{"program_id": program_id, **rows.to_row(outcome, "measured")} for outcome in outcomes]
    rows.insert(connection, "outcomes", own)
    for outcome in outcomes:
        measures = rows.measured_rows(outcome.measured, program_id=program_id, task=outcome.task)
        rows.insert(connection, "outcome_measures", measures)


def _insert_event(connection: sqlite3.Connection, run_id: str, kind: str, message: str) -> None:
    (position,) = connection.execute(
        "SELECT coalesce(max(position), 0) + 1 FROM events WHERE run_id = ?", (run_id,)
    ).fetchone()
    event = {"run_id": run_id, "position": position, "created": rows.now(), "kind": kind, "message": message}
    rows.insert(connection, "events", [event])
