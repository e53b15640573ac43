"""One run as a file to give away: small, readable by today's archive, and without a text of its collections."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from archive import Archive, ArchiveError, KnownTask
from archive.checking import vacuum
from archive.portable import export_file
from harness.errors import JobError
from harness.published.quotes import find_quotes


def pack(source: str | Path, run: str, destination: Path, tasks: Sequence[KnownTask], texts: Iterable[str]) -> None:
    """Write a run, without what its programs printed and without prompts and answers, to a new file.

    `tasks` are those that it was run on: the file keeps hashes of their texts, so that nobody takes them for held out.
    `texts` are all their queries and documents. Raises JobError, and leaves no file, where it quotes one or a task is
    not the run's; ArchiveError where the file exists.
    """
    taken = destination.with_name(f"{destination.name}.packing")
    taken.unlink(missing_ok=True)
    if destination.exists():
        raise ArchiveError(f"There is a file {destination} already; name another, or remove it.")
    with Archive.open(source, create=False) as archive:
        export_file(archive, taken, [archive.resolve_run(run)])
    try:
        with Archive.open(taken) as archive:
            _add_content(archive, tasks)
            with archive.writing() as connection:
                connection.execute("UPDATE outcomes SET stdout = ''")
                connection.execute("DELETE FROM exchanges")
            if quotes := find_quotes(archive, texts):
                raise JobError(
                    f"The {quotes[0].where} quotes a collection ({quotes[0].words!r}; {len(quotes)} such places); "
                    "take the words out, or publish the run without that program."
                )
            vacuum(archive)
            with archive.reading() as connection:
                # A reader of a read-only folder can make no file for a write-ahead log.
                connection.execute("PRAGMA journal_mode = DELETE")
        taken.rename(destination)
    finally:
        for suffix in ("", "-wal", "-shm"):
            taken.with_name(taken.name + suffix).unlink(missing_ok=True)


def _add_content(archive: Archive, tasks: Sequence[KnownTask]) -> None:
    (run,) = archive.runs()
    known = {task.fingerprint for task in run.record.tasks}
    for task in tasks:
        if task.fingerprint not in known:
            raise JobError(f"The task {task.name} is not what run {run.id} was run on; give its tasks as recorded.")
        archive.record_content(task)
