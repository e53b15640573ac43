"""What the README says of the schema is so, and its queries run."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import archive as room
from archive import Archive
from tests.archive import sample_records as sample

README = (Path(room.__file__).parent / "README.md").read_text("utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", README, re.DOTALL)
SHORTENED = {"heldout_tasks": "tasks", "heldout_outcomes": "outcomes"}
"""Tables whose row in the README refers to another's."""


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(sample.run())
        seed = archive.record_program(run_id, sample.program(0.0, 1.0, name="seed"))
        child = archive.record_program(run_id, sample.program(0.1, 2.0, name="child", parents=[seed]))
        archive.record_program(run_id, sample.program(0.05, 3.0, name="grandchild", parents=[child, seed]))
        archive.record_program(run_id, sample.program(None, None, name="failed"))
        yield archive


def documented() -> dict[str, str]:
    """The row of each table and view."""
    return {match[1]: match[0] for match in re.finditer(r"^\| `(\w+)` \|.*$", README, re.MULTILINE)}


def test_every_table_view_and_column_is_documented(archive: Archive) -> None:
    described = documented()
    names = [
        name
        for (name,) in archive.db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        if not name.startswith(("sqlite_", "_sqlite"))
    ]
    assert sorted(names) == sorted(described)
    for name in names:
        text = described[name] + described.get(SHORTENED.get(name, ""), "")
        for column in archive.db.execute(f"SELECT name FROM pragma_table_info('{name}')"):
            assert f"`{column[0]}`" in text, f"{name}.{column[0]}"


def test_there_are_five_queries_and_each_answers(archive: Archive) -> None:
    answers = [list(archive.db.query(query.strip().rstrip(";"))) for query in QUERIES]
    frontier, tasks, failures, descent, spending = answers
    assert [(row["name"], row["cost"], row["delta"]) for row in frontier] == [("seed", 1.0, 0.0), ("child", 2.0, 0.1)]
    assert [
        (row["task"], row["n"], row["wins"], row["losses"]) for row in sorted(tasks, key=lambda row: row["task"])
    ] == [(name, 3, 2, 0) for name in sample.TASKS]
    assert [(row["verdict"], row["n"]) for row in failures] == [("timeout", 1)]
    assert [(row["depth"], row["name"]) for row in descent] == [(0, "child"), (1, "seed")]
    assert [(row["programs"], row["best_delta"], row["dollars"]) for row in spending] == [(4, 0.1, 1.0)]
