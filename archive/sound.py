"""What this program never writes, told apart from what it does: an archive may come from anywhere."""

import re

from archive.errors import ArchiveError
from archive.records import OutcomeRecord, TaskRecord

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""Runs are named in the names of files: a report's, a picture's, a lock's."""


def require_id(run_id: str) -> None:
    """Raise ArchiveError for a run whose id could lead a file's name elsewhere."""
    if not ID.fullmatch(run_id):
        raise ArchiveError(f"The archive holds a run with an id that no run has ({run_id[:40]!r}); it is not read.")


def require_sound_task(task: TaskRecord) -> None:
    """Raise ArchiveError where a task's parts do not fit its number of queries."""
    lengths = {len(task.baseline_per_query), len(task.query_ids), *(len(m.per_query) for m in task.measured.values())}
    if lengths != {task.n_queries}:
        raise _damaged(
            f"the task {task.name[:80]!r} has other numbers of queries, {task.n_queries}, than of values or ids, "
            f"{sorted(lengths)}"
        )
    if not all(type(place) is int and 0 <= place < task.n_queries for place in task.unseen):
        raise _damaged(f"the task {task.name[:80]!r} leaves queries unseen that it does not have")


def require_sound_outcome(outcome: OutcomeRecord, n_queries: int) -> None:
    """Raise ArchiveError where an outcome's values are not one for each query of its task."""
    for name, found in outcome.by_measure.items():
        if len(found.per_query) != n_queries:
            raise _damaged(
                f"{outcome.task[:80]!r} has not one value of {name} for each query "
                f"({len(found.per_query)} for {n_queries})"
            )


def _damaged(what: str) -> ArchiveError:
    return ArchiveError(f"The archive is damaged: {what}; `ttc archive check` lists what else is wrong.")
