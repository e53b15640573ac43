"""A real run packed to give away: small, whole, and refused where it quotes its collections."""

from pathlib import Path

import pytest

from archive import Archive, ArchiveError
from archive.checking import check
from harness.api import discover
from harness.errors import JobError
from harness.published.pack import LEFT_OUT, pack
from harness.tasks.folder import load_folder
from harness.tasks.task import RetrievalTask


@pytest.fixture
def ended(quick: list[str], tmp_path: Path) -> tuple[Path, list[RetrievalTask]]:
    words = [word for word in quick if not word.startswith("encoders=")]
    run = discover(*words, "encoder=wordllama", "proposer=recombine", "search.generations=1", "tasks.names=[task-0]")
    return run.archive, [load_folder(tmp_path / "task-0")]


def texts(tasks: list[RetrievalTask]) -> list[str]:
    return [text for task in tasks for side in (task.queries, task.documents) for text in side.values()]


def test_a_packed_run_is_whole(ended: tuple[Path, list[RetrievalTask]], tmp_path: Path) -> None:
    source, tasks = ended
    packed = tmp_path / "packed.db"
    pack(source, "latest", packed, [task.known for task in tasks], texts(tasks))
    with Archive.open(source, read_only=True) as before, Archive.open(packed, read_only=True) as after:
        assert check(after) == []
        (run,) = after.runs()
        assert [one.record.source for one in after.programs(run.id)] == [
            one.record.source for one in before.programs(run.id)
        ]
        assert next(iter(after.searched_by(run.id).tasks)).content == tasks[0].known.content
    assert [path.name for path in tmp_path.glob("packed.db*")] == ["packed.db"]
    with pytest.raises(ArchiveError, match="already"):
        pack(source, "latest", packed, [], [])


def test_a_run_that_quotes_its_collection_is_refused(ended: tuple[Path, list[RetrievalTask]], tmp_path: Path) -> None:
    source, tasks = ended
    with Archive.open(source) as archive, archive.writing() as connection:
        words = next(iter(tasks[0].documents.values()))
        connection.execute("UPDATE programs SET lesson = ? WHERE number = 4", (f"helps with: {words}",))
    with pytest.raises(JobError, match=r"lesson of .* quotes a collection"):
        pack(source, "latest", tmp_path / "packed.db", [task.known for task in tasks], texts(tasks))
    assert not list(tmp_path.glob("packed.db*"))


def test_a_reason_that_quotes_is_left_out_and_the_run_goes(
    ended: tuple[Path, list[RetrievalTask]], tmp_path: Path
) -> None:
    source, tasks = ended
    document = next(iter(tasks[0].documents.values()))
    with Archive.open(source) as archive, archive.writing() as connection:
        connection.execute("UPDATE programs SET reason = ? WHERE number = 4", (f"ValueError: {document}",))
        connection.execute("UPDATE outcomes SET reason = ? WHERE program_id LIKE '%.4'", (f"ValueError: {document}",))
    pack(source, "latest", tmp_path / "packed.db", [task.known for task in tasks], texts(tasks))
    with Archive.open(tmp_path / "packed.db", read_only=True) as archive:
        record = archive.programs(archive.resolve_run("latest"))[3].record
    assert record.reason == record.outcomes[0].reason == LEFT_OUT


def test_ids_of_queries_that_are_texts_become_hashes(ended: tuple[Path, list[RetrievalTask]], tmp_path: Path) -> None:
    source, tasks = ended
    with Archive.open(source) as archive, archive.writing() as connection:
        (name,) = tasks[0].queries.keys() - list(tasks[0].queries)[1:]
        query = tasks[0].queries[name]
        connection.execute("UPDATE tasks SET query_ids = replace(query_ids, ?, ?)", (f'"{name}"', f'"{query}"'))
    pack(source, "latest", tmp_path / "packed.db", [task.known for task in tasks], texts(tasks))
    with Archive.open(tmp_path / "packed.db", read_only=True) as archive:
        first, *others = archive.runs()[0].record.tasks[0].query_ids
    assert first.startswith("q-") and others == list(tasks[0].queries)[1:] and " " in query


def test_other_tasks_than_the_runs_are_refused(ended: tuple[Path, list[RetrievalTask]], tmp_path: Path) -> None:
    with pytest.raises(JobError, match="task-1 is not what run"):
        pack(ended[0], "latest", tmp_path / "packed.db", [load_folder(tmp_path / "task-1").known], [])
