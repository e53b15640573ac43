"""Trials of a run: a program measured on a part of the queries, before or beside the programs of its generations.

Every one is kept, since a look at the judgments that is not counted makes the figures of what was chosen look better
than they are.
"""

from archive.archive import Archive
from archive.records import TrialRecord
from archive.rows import from_row, insert, now, select, store_source, to_row


class Trials:
    """The trials of one run in an open archive."""

    def __init__(self, archive: Archive, run_id: str) -> None:
        self._archive = archive
        self._run_id = run_id

    def record(self, trial: TrialRecord) -> int:
        """Keep a trial and return its place among the run's, from 1."""
        with self._archive.writing() as connection:
            (last,) = connection.execute(
                "SELECT coalesce(max(position), 0) FROM trials WHERE run_id = ?", (self._run_id,)
            ).fetchone()
            place = {"run_id": self._run_id, "position": last + 1, "created": now()}
            row = {**place, "source_hash": store_source(connection, trial.source), **to_row(trial, "source")}
            insert(connection, "trials", [row])
        return int(last) + 1

    def all(self) -> list[TrialRecord]:
        """In the order in which they were made."""
        statement = (
            "SELECT t.*, s.source FROM trials t JOIN sources s ON s.hash = t.source_hash WHERE run_id = ? "
            "ORDER BY position"
        )
        with self._archive.reading() as connection:
            return [from_row(TrialRecord, row) for row in select(connection, statement, self._run_id)]
