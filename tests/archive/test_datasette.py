"""Datasette's canned queries run, in Datasette itself where it is installed."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml

import archive as room
from archive import Archive, CellRecord, HeldOut
from tests.archive import sample_records as sample

METADATA = yaml.safe_load((Path(room.__file__).parent / "datasette.yaml").read_text("utf-8"))
(NAME,) = METADATA["databases"]
QUERIES = METADATA["databases"][NAME]["queries"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / f"{NAME}.db"
    task = sample.task("held-out")
    with Archive.open(path) as archive:
        run_id = archive.start_run(sample.run())
        seed = archive.record_program(run_id, sample.program(0.0, 1.0, name="seed"))
        archive.record_program(run_id, sample.program(0.1, 2.0, name="child", parents=[seed]))
        archive.record_program(run_id, sample.program(None, None, name="failed"))
        HeldOut(archive).record_task("e", "e1", task)
        cell = CellRecord("p", "source", "e1", task.fingerprint, sample.outcome(task.name))
        HeldOut(archive).record(cell)
    return path


EXPECTED = {
    "all_runs": 1,
    "frontier_of_run": 2,
    "program": 1,
    "outcomes_of_program": 3,
    "lineage_of_program": 2,
    "failures_of_run": 1,
    "transfer": 1,
}
"""Canned query to its number of rows."""


def parameters(path: Path) -> dict[str, str]:
    with Archive.open(path, read_only=True) as archive:
        run_id = archive.resolve_run("latest")
    return {"run": run_id, "program": f"{run_id}.2"}


def test_every_canned_query_answers(path: Path) -> None:
    with Archive.open(path, read_only=True) as archive:
        found = {name: list(archive.db.query(query["sql"], parameters(path))) for name, query in QUERIES.items()}
    assert {name: len(rows) for name, rows in found.items()} == EXPECTED
    assert [row["name"] for row in found["lineage_of_program"]] == ["child", "seed"]


def test_tables_that_are_named_exist(path: Path) -> None:
    with Archive.open(path, read_only=True) as archive:
        assert set(METADATA["databases"][NAME]["tables"]) <= set(archive.db.table_names())


def test_datasette_serves_them(path: Path) -> None:
    app = pytest.importorskip("datasette.app")

    async def fetch() -> dict[str, Any]:
        datasette = app.Datasette([str(path)], metadata=METADATA)
        found = {}
        for name in QUERIES:
            asked = {**parameters(path), "_shape": "array"}
            response = await datasette.client.get(f"/{NAME}/{name}.json", params=asked)
            found[name] = response.json()
        return found

    assert {name: len(rows) for name, rows in asyncio.run(fetch()).items()} == EXPECTED
