"""Is an archive whole, and does it say the same everywhere? And: make its file as small as it can be."""

import itertools
import json
import sqlite3
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from archive.archive import Archive
from archive.faults import faults
from archive.packing import unpack

MOST_TOLD = 1000
"""Faults that are listed; a file made to have millions is wrong enough with these."""

NEGLIGIBLE = 1e-5
"""How far a stored mean may be from the mean of the float32 values it was taken of."""

COMPLAINTS = {
    "Run {0} has {1} programs, but the last is number {2}: programs are missing.": """
        SELECT run_id, count(*), max(number) FROM programs GROUP BY run_id HAVING count(*) <> max(number)""",
    "Program {0} has an outcome on {1}, which is no task of its run.": """
        SELECT o.program_id, o.task FROM outcomes o JOIN programs p ON p.id = o.program_id
        LEFT JOIN tasks t ON t.run_id = p.run_id AND t.name = o.task WHERE t.name IS NULL""",
    "Program {0} has a mean delta, but not every task of its run ended ok ({1} of {2}).": """
        SELECT p.id, (SELECT count(*) FROM outcomes o JOIN tasks t ON t.run_id = p.run_id AND t.name = o.task
                      WHERE o.program_id = p.id AND t.split = 'search' AND o.verdict = 'ok') AS ok,
          (SELECT count(*) FROM tasks t WHERE t.run_id = p.run_id AND t.split = 'search') AS n
        FROM programs p WHERE p.mean_delta IS NOT NULL AND ok <> n""",
    "Program {0} has a delta on {1}, but not the measure {2} that its run searches by.": """
        SELECT o.program_id, o.task, r.measure FROM outcomes o JOIN programs p ON p.id = o.program_id
        JOIN runs r ON r.id = p.run_id
        WHERE o.delta IS NOT NULL AND r.measure <> 'nDCG@10' AND NOT EXISTS (
          SELECT 1 FROM outcome_measures m
          WHERE (m.program_id, m.task, m.measure) = (o.program_id, o.task, r.measure))""",
    "Program {0} names the later program {1} as a parent.": """
        SELECT c.id, p.id FROM parents a JOIN programs c ON c.id = a.program_id JOIN programs p ON p.id = a.parent_id
        WHERE p.run_id <> c.run_id OR p.number >= c.number""",
    "The cosine's nDCG@10 on {0} differs by {1:.4f} between runs of equal task and encoder fingerprints.": """
        SELECT t.name, max(t.baseline_ndcg) - min(t.baseline_ndcg) AS gap FROM tasks t JOIN runs r ON r.id = t.run_id
        GROUP BY r.encoder_fingerprint, t.fingerprint HAVING gap > 0.001""",
}
"""Sentences, and the query that finds what each is said of."""

PACKED = """
    SELECT 'Program ' || o.program_id, o.task, 'nDCG@10', o.per_query, o.ndcg, t.baseline_ndcg,
      iif(r.measure = 'nDCG@10', o.delta, o.ndcg - t.baseline_ndcg), t.unseen
    FROM outcomes o JOIN programs p ON p.id = o.program_id JOIN runs r ON r.id = p.run_id
    JOIN tasks t ON t.run_id = p.run_id AND t.name = o.task
    UNION ALL
    SELECT 'Program ' || m.program_id, m.task, m.measure, m.per_query, m.value, c.value,
      iif(r.measure = m.measure, o.delta, m.value - c.value), t.unseen
    FROM outcome_measures m JOIN outcomes o ON (o.program_id, o.task) = (m.program_id, m.task)
    JOIN programs p ON p.id = m.program_id JOIN runs r ON r.id = p.run_id
    JOIN tasks t ON t.run_id = p.run_id AND t.name = m.task
    LEFT JOIN cosine_measures c ON (c.run_id, c.task, c.measure) = (p.run_id, m.task, m.measure)
    UNION ALL
    SELECT 'Held-out program ' || o.program, o.task, 'nDCG@10', o.per_query, o.ndcg, t.baseline_ndcg,
      o.delta, t.unseen
    FROM heldout_outcomes o JOIN heldout_tasks t
    ON (t.encoder_fingerprint, t.fingerprint) = (o.encoder_fingerprint, o.task_fingerprint)
    UNION ALL
    SELECT 'The cosine of run ' || run_id, name, 'nDCG@10', baseline_per_query, baseline_ndcg, 0,
      baseline_ndcg, unseen
    FROM tasks
    UNION ALL
    SELECT 'The cosine of run ' || c.run_id, c.task, c.measure, c.per_query, c.value, 0, c.value, t.unseen
    FROM cosine_measures c JOIN tasks t ON (t.run_id, t.name) = (c.run_id, c.task)
"""
"""Who, task, measure, values per query, their mean without the unseen, cosine's, delta, the unseen."""


def check(archive: Archive) -> list[str]:
    """One sentence for each thing that is wrong; an empty list says the archive is whole."""
    with archive.reading() as connection:
        if damage := _damage(connection):
            return [f"The file is damaged: {text}." for text in damage]
        wrong = list(itertools.islice(faults(connection), MOST_TOLD))
        # Numbers that cannot be read imply nothing.
        parts = (_dangling, _complaints) if wrong else (_dangling, _complaints, _numbers)
        return wrong + [sentence for part in parts for sentence in part(connection)]


def vacuum(archive: Archive) -> tuple[int, int]:
    """Drop sources that nothing refers to and free what the file does not use; bytes before and after.

    Raises ArchiveError while another program writes.
    """
    with archive.writing() as connection:
        connection.execute(f"DELETE FROM sources WHERE {_unused(connection)}")
    with archive.reading() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = archive.path.stat().st_size
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before, archive.path.stat().st_size


def _damage(connection: sqlite3.Connection) -> list[str]:
    try:
        return [text for (text,) in connection.execute("PRAGMA integrity_check") if text != "ok"]
    except sqlite3.DatabaseError as error:
        return [str(error)]


def _dangling(connection: sqlite3.Connection) -> Iterator[str]:
    for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield f"A row of {table} refers to a row of {parent} that is not there."


def _complaints(connection: sqlite3.Connection) -> Iterator[str]:
    for sentence, query in COMPLAINTS.items():
        for row in connection.execute(query):
            yield sentence.format(*row)
    for (source,) in connection.execute(f"SELECT hash FROM sources WHERE {_unused(connection)}"):
        yield f"Source {source} belongs to no program, no trial and no held-out cell."


def _unused(connection: sqlite3.Connection) -> str:
    """The condition of sources that no table refers to, by the tables themselves: one that is added counts, too."""
    tables = connection.execute(
        'SELECT t.name, f."from" FROM sqlite_master t, pragma_foreign_key_list(t.name) f '
        "WHERE t.type = 'table' AND f.\"table\" = 'sources'"
    )
    return " AND ".join(f"hash NOT IN (SELECT {_quoted(column)} FROM {_quoted(table)})" for table, column in tables)


def _quoted(name: str) -> str:
    """A name as SQL takes it; in an archive from elsewhere it may be any."""
    return '"' + name.replace('"', '""') + '"'


def _numbers(connection: sqlite3.Connection) -> Iterator[str]:
    for who, task, measure, blob, mean, baseline, delta, unseen in connection.execute(PACKED):
        values = unpack(blob)
        if values is None or mean is None or delta is None:
            if (values, mean, delta) != (None, None, None):
                yield f"{who} has only a part of its result on {task}."
        elif abs(_mean(values, json.loads(unseen)) - mean) > NEGLIGIBLE:
            yield f"{who} has an {measure} on {task} that is not the mean of its searched queries' values."
        elif abs(mean - baseline - delta) > NEGLIGIBLE:
            yield f"{who} has a delta on {task} that is not its {measure} less the cosine's."


def _mean(values: NDArray[np.float32], unseen: list[int]) -> float:
    return float(np.delete(values, unseen).mean(dtype=np.float64))
