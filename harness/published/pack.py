"""One run as a file to give away: small, readable by today's archive, and without a text of its collections."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from archive import Archive, ArchiveError, KnownTask
from archive.checking import vacuum
from archive.portable import export_file
from harness.errors import JobError
from harness.published.quotes import WORDS, Quote, find_quotes

EMPTIED = """
UPDATE outcomes SET stdout = '';
UPDATE heldout_outcomes SET stdout = '', reason = '';
UPDATE usage SET detail = '', request_id = NULL;
DELETE FROM exchanges;
"""
"""What programs printed and servers answered. Why a held-out cell failed may quote a task that is not at hand."""

LEFT_OUT = "Left out: it quoted a collection."


def pack(
    source: str | Path,
    run: str,
    destination: Path,
    tasks: Sequence[KnownTask],
    texts: Iterable[str],
    *,
    words: int = WORDS,
) -> None:
    """Write a run, without what its programs printed and without prompts and answers, to a new file.

    `tasks` are those that it was run on: the file keeps hashes of their texts, so that nobody takes them for held out.
    `texts` are all their queries and documents, and so many `words` of them in a row are a quotation. Ids of queries
    that read like texts become hashes, and reasons that quote are left out. Raises JobError, and leaves no file, where
    anything else quotes or a task is not the run's; ArchiveError where the file exists.
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
                for statement in EMPTIED.strip().splitlines():
                    connection.execute(statement)
                for table in ("tasks", "heldout_tasks"):
                    _name_queries(connection, table, words)
            _require_no_quote(_leave_reasons_out(archive, find_quotes(archive, texts, words=words)))
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


def _require_no_quote(quotes: Sequence[Quote]) -> None:
    if quotes:
        places = len({quote.where for quote in quotes})
        raise JobError(
            f"The {quotes[0].where} quotes a collection ({quotes[0].words!r}; {places} such places); take the words "
            "out of the archive, or do not give this run away."
        )


def _leave_reasons_out(archive: Archive, quotes: Sequence[Quote]) -> list[Quote]:
    """Replace reasons that quote, as a program may put a text into an error of its own; return other quotations."""
    (run,), places = archive.runs(), {quote.where for quote in quotes}
    with archive.writing() as connection:
        for program in archive.programs(run.id):
            if (place := f"reason of {program.id}") in places:
                connection.execute("UPDATE programs SET reason = ? WHERE id = ?", (LEFT_OUT, program.id))
                places.remove(place)
            for outcome in program.record.outcomes:
                if (place := f"reason of {program.id} on {outcome.task}") in places:
                    key = (LEFT_OUT, program.id, outcome.task)
                    connection.execute("UPDATE outcomes SET reason = ? WHERE program_id = ? AND task = ?", key)
                    places.remove(place)
    return [quote for quote in quotes if quote.where in places]


def _name_queries(connection: sqlite3.Connection, table: str, words: int) -> None:
    """Write ids that hold white space or so many words as hashes: some tasks call a query by its own text."""
    for row, stored in connection.execute(f"SELECT rowid, query_ids FROM {table}").fetchall():
        named = [_hashed(name) if _reads_like_text(name, words) else name for name in map(str, json.loads(stored))]
        connection.execute(f"UPDATE {table} SET query_ids = ? WHERE rowid = ?", (json.dumps(named), row))


def _reads_like_text(name: str, words: int) -> bool:
    return len(name.split()) > 1 or len(re.findall(r"\w+", name)) >= words


def _hashed(name: str) -> str:
    return f"q-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
