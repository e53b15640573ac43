"""A task is known by its texts: under other names, in another order, as a sample, in parts."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from archive import Archive, ArchiveError, Content, HeldOut, KnownTask, Overlap, Searched, overlap
from archive.portable import export_file, import_file
from archive.schema import SET
from tests.archive import sample_records as sample

QUERIES, DOCUMENTS = [f"question {number}" for number in range(10)], [f"text {number}" for number in range(40)]


def known(queries: list[str], documents: list[str], name: str = "one", fingerprint: str = "") -> KnownTask:
    return KnownTask(name, fingerprint or f"print of {name}", Content.of(queries, documents))


WHOLE = known(QUERIES, DOCUMENTS)


def test_hashes_are_sorted_and_blind_to_order_case_and_white_space() -> None:
    written = Content.of([f"  {text.upper()}\n" for text in reversed(QUERIES)], [*DOCUMENTS, "Text\t0"])
    assert written == WHOLE.content
    assert WHOLE.content is not None
    numbers = np.frombuffer(WHOLE.content.documents, "<u8")
    assert len(numbers) == 40 and (np.diff(numbers.astype(object)) > 0).all()
    assert Content.of(QUERIES, [*DOCUMENTS[:-1], "text-39"]) != WHOLE.content


@pytest.mark.parametrize(
    ("queries", "documents", "share"),
    [
        (QUERIES, DOCUMENTS, Overlap(1, 1)),
        (QUERIES[:2], DOCUMENTS, Overlap(1, 1)),
        (QUERIES[:2], DOCUMENTS[:5], Overlap(1, 1)),
        (["another"], DOCUMENTS, Overlap(0, 1)),
        ([*QUERIES[:2], *"abcdefgh"], [*DOCUMENTS[:4], *map(str, range(36))], Overlap(0.2, 0.1)),
        (["another"], ["other"], Overlap(0, 0)),
    ],
)
def test_shares_are_of_the_smaller_task(queries: list[str], documents: list[str], share: Overlap) -> None:
    other = known(queries, documents, "other")
    assert overlap(WHOLE, other) == overlap(other, WHOLE) == share
    assert share.seen == (share.documents == 1) and share.partial == (share.queries == 0.2)


def test_a_task_pieced_together_from_several_is_seen_too() -> None:
    parts = [
        known([*QUERIES[at::3], *(f"{at} {n}" for n in range(30))], [f"{at} {n}" for n in range(50)], str(at))
        for at in range(3)
    ]
    assert not any(overlap(part, WHOLE).seen for part in parts)
    assert Searched(frozenset(parts)).overlap(WHOLE) == Overlap(1, 0)
    assert Searched(frozenset(parts[:1])) | Searched(frozenset(parts[1:])) == Searched(frozenset(parts))


def test_without_content_names_and_fingerprints_are_compared_and_that_is_said() -> None:
    old = KnownTask("one", "old")
    assert overlap(old, WHOLE) == Overlap(1, 1, by_content=False)
    assert overlap(KnownTask("two", "old"), WHOLE) == Overlap(0, 0, by_content=False)
    assert overlap(KnownTask("two", WHOLE.fingerprint), WHOLE) == Overlap(1, 1)
    assert overlap(known(["other"], ["else"]), known(QUERIES, DOCUMENTS, fingerprint="more")) == Overlap(0, 0)
    assert not Searched(frozenset([old, known(["other"], ["else"], "two")])).overlap(WHOLE).by_content


def test_an_archive_keeps_content_and_what_is_held_out_and_so_does_a_portable_file(tmp_path: Path) -> None:
    task = sample.task("alpha")
    content = known(QUERIES, DOCUMENTS, "alpha", task.fingerprint)
    with Archive.open(tmp_path / "a.db") as archive, Archive.open(tmp_path / "b.db") as other:
        archive.record_content(content)
        run_id = archive.start_run(sample.run([task]))
        archive.record_program(run_id, sample.program(tasks=["alpha"]))
        assert archive.searched_by(run_id) == Searched(frozenset([content]))
        assert archive.tasks_held_out() == []
        for held_out in (True, False):
            archive.record_content(content, held_out=held_out)
        assert archive.tasks_held_out() == [content]
        HeldOut(archive).record_task("e", "e1", task)
        assert HeldOut(archive).known("e1") == {task.fingerprint: content}
        with pytest.raises(ArchiveError, match="no content"):
            archive.record_content(KnownTask("x", "y"))
        other.record_content(content)
        export_file(archive, tmp_path / "c.db")
        import_file(other, tmp_path / "c.db")
        assert other.searched_by(run_id) == Searched(frozenset([content]))
        assert other.tasks_held_out() == [content]


def test_an_older_archive_gets_the_table_and_has_no_content(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run([sample.task("alpha")]))
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as connection:
        connection.execute("DROP TABLE task_content")
        connection.execute("DELETE FROM _sqlite_migrations WHERE migration_set = ? AND name = 'content'", (SET,))
    with Archive.open(tmp_path / "a.db") as archive:
        (task,) = archive.searched_by(run_id).tasks
        assert (task.name, task.content) == ("alpha", None)
