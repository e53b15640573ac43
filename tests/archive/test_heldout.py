"""Held-out cells are touched once, and stay out of everything that a search reads."""

import json
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest

from archive import Archive, ArchiveError, CellRecord, HeldOut
from archive.rows import source_hash
from tests.archive import sample_records as sample

TASK = sample.task("heldout-task", n_queries=8)


def cell(source: str = "def rerank(): ...", encoder: str = "e1") -> CellRecord:
    return CellRecord("reference/identity", source, encoder, TASK.fingerprint, sample.outcome(TASK.name, n_queries=8))


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "a.db") as opened:
        for encoder in ("e1", "e2"):
            HeldOut(opened).record_task(f"name of {encoder}", encoder, TASK)
        yield opened


def test_cells_and_their_tasks_come_back(archive: Archive) -> None:
    held_out = HeldOut(archive)
    records = [cell(), cell(encoder="e2"), cell(source="def rerank(): return 1")]
    assert [held_out.record(record) for record in records] == [1, 1, 1]
    found = held_out.cells()
    assert len({one.source_hash for one in found}) == 2
    by_key = {(one.record.source, one.record.encoder_fingerprint): one.record for one in found}
    for record in records:
        kept = by_key[record.source, record.encoder_fingerprint]
        np.testing.assert_equal(astuple(kept), astuple(replace(record, code=source_hash(record.source))))
    (task,) = held_out.tasks("e1")
    np.testing.assert_equal(astuple(task), astuple(TASK))


def test_a_second_evaluation_must_be_asked_for_and_is_recorded_as_such(archive: Archive) -> None:
    held_out = HeldOut(archive)
    held_out.record(cell())
    with pytest.raises(ArchiveError, match="already evaluated on the held-out task heldout-task"):
        held_out.record(replace(cell(), program="another name of the same source"))
    assert held_out.record(cell(), again=True) == 2
    assert [one.attempt for one in held_out.cells()] == [1, 2]


def test_the_latest_attempt_of_a_cell_counts_whatever_its_program_was_called(archive: Archive) -> None:
    held_out = HeldOut(archive)
    held_out.record(replace(cell(), program="z"))
    held_out.record(cell(encoder="e2"))
    held_out.record(replace(cell(), program="a"), again=True)
    code = source_hash(cell().source)
    latest = {key: (one.attempt, one.record.program) for key, one in held_out.latest().items()}
    assert latest == {
        (code, "e1", TASK.fingerprint): (2, "a"),
        (code, "e2", TASK.fingerprint): (1, cell().program),
    }


def test_one_source_with_other_code_beneath_it_is_another_cell(archive: Archive) -> None:
    held_out = HeldOut(archive)
    assert held_out.record(replace(cell(), code="with the primitives of today")) == 1
    assert held_out.record(replace(cell(), code="with those of tomorrow")) == 1
    with pytest.raises(ArchiveError, match="already evaluated"):
        held_out.record(replace(cell(source="# renamed"), code="with those of tomorrow"))


def test_a_cell_needs_its_task(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match="has no record of the held-out task"):
        HeldOut(archive).record(cell(encoder="unknown"))
    assert HeldOut(archive).cells() == []


def test_recording_a_task_again_changes_nothing(archive: Archive) -> None:
    HeldOut(archive).record_task("name of e1", "e1", replace(TASK, baseline_ndcg=0.9))
    assert HeldOut(archive).tasks("e1")[0].baseline_ndcg == TASK.baseline_ndcg


def test_nothing_held_out_shows_in_what_a_search_reads(archive: Archive) -> None:
    run_id = archive.start_run(sample.run())
    source = "def rerank(): ..."
    program_id = archive.record_program(run_id, sample.program(source=source))
    before = str([archive.run(run_id), archive.programs(run_id), archive.program(program_id), archive.frontier(run_id)])
    seen = json.dumps([list(archive.db.query(f"SELECT * FROM {view}")) for view in ("ledger", "frontier")])
    HeldOut(archive).record(cell(source))
    after = str([archive.run(run_id), archive.programs(run_id), archive.program(program_id), archive.frontier(run_id)])
    assert after == before
    assert json.dumps([list(archive.db.query(f"SELECT * FROM {view}")) for view in ("ledger", "frontier")]) == seen
    assert "heldout-task" not in before + seen + json.dumps(archive.export(run_id))
