"""The held-out matrix. It has a class of its own, so that code which has the archive of a search cannot read it."""

from archive.archive import Archive
from archive.content import KnownTask
from archive.errors import ArchiveError
from archive.reading import known_task
from archive.records import Cell, CellRecord, OutcomeRecord, TaskRecord
from archive.rows import from_row, insert, now, select, source_hash, store_source, to_row
from archive.sound import require_sound_task


class HeldOut:
    """Held-out tasks and outcomes in an open archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def record_task(self, encoder_name: str, encoder_fingerprint: str, task: TaskRecord) -> None:
        """Keep a task and the bare encoder's cosine on it, unless it is known already."""
        row = {
            "encoder_name": encoder_name,
            "encoder_fingerprint": encoder_fingerprint,
            **to_row(task, "split", "measured"),
        }
        with self._archive.writing() as connection:
            insert(connection, "heldout_tasks", [row], otherwise="IGNORE")

    def encoders(self) -> dict[str, str]:
        """Fingerprint to name of every encoder that has a task here."""
        with self._archive.reading() as connection:
            rows = connection.execute("SELECT DISTINCT encoder_fingerprint, encoder_name FROM heldout_tasks")
            return dict(rows.fetchall())

    def tasks(self, encoder_fingerprint: str) -> list[TaskRecord]:
        """The tasks recorded for an encoder, by name."""
        with self._archive.reading() as connection:
            statement = "SELECT * FROM heldout_tasks WHERE encoder_fingerprint = ? ORDER BY name"
            tasks = [from_row(TaskRecord, row) for row in select(connection, statement, encoder_fingerprint)]
        for task in tasks:
            require_sound_task(task)
        return tasks

    def known(self, encoder_fingerprint: str) -> dict[str, KnownTask]:
        """The same tasks by fingerprint, with their content as far as that was recorded."""
        with self._archive.reading() as connection:
            return {
                task.fingerprint: known_task(connection, task.name, task.fingerprint)
                for task in self.tasks(encoder_fingerprint)
            }

    def record(self, record: CellRecord, *, again: bool = False) -> int:
        """Keep the outcome of a cell, whose task must be recorded, and return the number of the attempt.

        Raises ArchiveError where the cell was evaluated before and this is not said to be `again`.
        """
        code = record.code or source_hash(record.source)
        cell = (code, record.encoder_fingerprint, record.task_fingerprint)
        with self._archive.writing() as connection:
            (attempts,) = connection.execute(
                "SELECT coalesce(max(attempt), 0) FROM heldout_outcomes "
                "WHERE (code_hash, encoder_fingerprint, task_fingerprint) = (?, ?, ?)",
                cell,
            ).fetchone()
            if attempts and not again:
                raise ArchiveError(
                    f"Program {record.program} was already evaluated on the held-out task {record.outcome.task} with "
                    "this encoder; a second evaluation must be asked for with --again."
                )
            if (
                connection.execute(
                    "SELECT 1 FROM heldout_tasks WHERE (encoder_fingerprint, fingerprint) = (?, ?)", cell[1:]
                ).fetchone()
                is None
            ):
                raise ArchiveError(
                    f"The archive has no record of the held-out task {record.outcome.task} with this encoder; "
                    "record the task first."
                )
            row = {
                "code_hash": code,
                "source_hash": store_source(connection, record.source),
                "program": record.program,
                "encoder_fingerprint": record.encoder_fingerprint,
                "task_fingerprint": record.task_fingerprint,
                "attempt": attempts + 1,
                "created": now(),
                **to_row(record.outcome, "measured"),
            }
            insert(connection, "heldout_outcomes", [row])
        return int(attempts) + 1

    def latest(self) -> dict[tuple[str, str, str], Cell]:
        """The last attempt of every cell, by hash of code, fingerprint of encoder and fingerprint of task.

        They stand in the order of `cells`, which is not that of attempts: a program may have been renamed between two.
        """
        return {
            (cell.record.code, cell.record.encoder_fingerprint, cell.record.task_fingerprint): cell
            for cell in sorted(self.cells(), key=lambda cell: cell.attempt)
        }

    def cells(self) -> list[Cell]:
        """All recorded cells with all attempts, by program, encoder, task and attempt."""
        statement = (
            "SELECT o.*, s.source FROM heldout_outcomes o JOIN sources s ON s.hash = o.source_hash "
            "ORDER BY o.program, o.code_hash, o.encoder_fingerprint, o.task, o.task_fingerprint, o.attempt"
        )
        with self._archive.reading() as connection:
            return [
                Cell(
                    row["created"],
                    row["attempt"],
                    row["source_hash"],
                    CellRecord(
                        row["program"],
                        row["source"],
                        row["encoder_fingerprint"],
                        row["task_fingerprint"],
                        from_row(OutcomeRecord, row),
                        row["code_hash"],
                    ),
                )
                for row in select(connection, statement)
            ]
