"""What the machines of a run did for it, from one start of the run to its end or stop, summed by machine and program.

It says what a cluster is worth and is no part of what a run finds, so repetitions are not compared by it.
"""

from collections.abc import Sequence

from archive.archive import Archive
from archive.records import WorkRecord
from archive.rows import from_row, insert, now, select, to_row


class Works:
    """The work of one run's machines in an open archive."""

    def __init__(self, archive: Archive, run_id: str) -> None:
        self._archive = archive
        self._run_id = run_id

    def record(self, works: Sequence[WorkRecord]) -> None:
        """Keep what was done since the run was started or resumed."""
        with self._archive.writing() as connection:
            (last,) = connection.execute(
                "SELECT coalesce(max(position), 0) FROM work WHERE run_id = ?", (self._run_id,)
            ).fetchone()
            insert(
                connection,
                "work",
                [
                    {"run_id": self._run_id, "position": last + at, "created": now(), **to_row(work)}
                    for at, work in enumerate(works, 1)
                ],
            )

    def all(self) -> list[WorkRecord]:
        """In the order in which they were recorded."""
        statement = "SELECT * FROM work WHERE run_id = ? ORDER BY position"
        with self._archive.reading() as connection:
            return [from_row(WorkRecord, row) for row in select(connection, statement, self._run_id)]
