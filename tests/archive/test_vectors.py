"""Vectors, kept bytes and seconds of MaxSim: recorded where they are known, and no cost where they are not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive import AXES, Archive, CellRecord, HeldOut, ProgramRecord, RunRecord, costs_of, rows
from archive.checking import check
from archive.schema import MIGRATIONS
from tests.archive import sample_records as sample

OF_OUTCOMES = ("vectors", "index_vectors", "kept_bytes", "similarity_s")
NEW = ("baseline_vectors", *OF_OUTCOMES)


def run() -> RunRecord:
    """Three tasks of five queries and forty documents with 200 vectors each task."""
    return sample.run([replace(sample.task(name), baseline_vectors=200) for name in sample.TASKS])


def program(vectors: int = 100, kept_bytes: int = 1280, similarity_s: float = 0.5) -> ProgramRecord:
    record = sample.program(0.1, 1.5)
    known = {"vectors": vectors, "index_vectors": 7, "kept_bytes": kept_bytes, "similarity_s": similarity_s}
    indexed = {"index_bytes": 320, "index_cpu_s": 0.02}
    return replace(record, outcomes=[replace(one, **known, **indexed) for one in record.outcomes])


def test_costs_of_many_vectors_are_pooled() -> None:
    costs = costs_of(program(), run())
    assert costs.on("vectors") == costs.vectors == pytest.approx(1 + 300 / 600)
    assert costs.scoring == pytest.approx(1000 * (3 * 0.5 + 3 * 0.08) / 15)
    assert costs.bytes == pytest.approx((1280 + 320) / 40)


def test_what_one_task_did_not_count_is_not_counted_of_all() -> None:
    record = program()
    one, *others = record.outcomes
    costs = costs_of(replace(record, outcomes=[replace(one, vectors=None, kept_bytes=None), *others]), run())
    assert (costs.vectors, costs.bytes) == (None, None) and costs.scoring is not None and costs.tokens is not None
    first, *rest = run().tasks
    assert costs_of(record, sample.run([replace(first, baseline_vectors=None), *rest])).vectors is None


def test_they_are_kept_with_runs_and_with_held_out_cells(tmp_path: Path) -> None:
    record = program()
    with Archive.open(tmp_path / "a.db") as archive:
        cheap = archive.record_program(archive.start_run(run()), record)
        found = archive.program(cheap)
        assert [[vars(one)[name] for name in OF_OUTCOMES] for one in found.record.outcomes] == 3 * [[100, 7, 1280, 0.5]]
        assert costs_of(found.record, archive.run(found.run_id).record) == costs_of(record, run())
        held_out, task = HeldOut(archive), replace(sample.task("held"), baseline_vectors=200)
        held_out.record_task("tokens", "f00d", task)
        held_out.record(CellRecord("p", "# p", "f00d", task.fingerprint, replace(record.outcomes[0], task="held")))
        assert held_out.tasks("f00d")[0].baseline_vectors == 200
        (cell,) = held_out.cells()
        outcome = cell.record.outcome
        assert (outcome.vectors, outcome.kept_bytes, outcome.similarity_s) == (100, 1280, 0.5)
        assert check(archive) == []


def test_a_frontier_of_bytes_is_not_that_of_texts(tmp_path: Path) -> None:
    """What keeps least gains least; the program that gains most keeps most, and asks for as many vectors as any."""
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(run())
        for delta, kept_bytes in ((0.1, 800), (0.2, 1600), (0.15, 2400)):
            record = program(kept_bytes=kept_bytes)
            archive.record_program(run_id, replace(record, mean_delta=delta, worth=delta))
        assert [one.number for one in archive.frontier(run_id, "bytes")] == [1, 2]
        assert [one.number for one in archive.frontier(run_id, "vectors")] == [2]


def test_an_older_archive_counts_what_it_counted(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archive.schema.MIGRATIONS", {name: MIGRATIONS[name] for name in MIGRATIONS if name != "vectors"})
        patch.setattr("archive.rows.to_row", _as_before(rows.to_row))
        with Archive.open(path) as archive:
            run_id = archive.start_run(sample.run())
            archive.record_program(run_id, sample.program(0.1, 1.5))
            with archive.reading() as connection:
                assert "vectors" not in [name for _, name, *_ in connection.execute("PRAGMA table_info(outcomes)")]
    for read_only in (True, False, True):  # a reader sees a copy brought up to date, a writer brings the file there
        with Archive.open(path, read_only=read_only) as archive:
            assert check(archive) == []
            (front,) = archive.frontier(run_id)
            assert archive.frontier(run_id, "bytes") == archive.frontier(run_id, "vectors") == []
            costs = costs_of(front.record, archive.run(run_id).record)
            known = {axis for axis in AXES if costs.on(axis) is not None}
            assert known == {"texts", "tokens", "seconds", "latency"}
    with Archive.open(path) as archive:
        held_out = HeldOut(archive)
        held_out.record_task("tokens", "f00d", replace(sample.task("held"), baseline_vectors=200))
        new = archive.record_program(archive.start_run(run()), program())
        assert archive.program(new).record.outcomes[0].vectors == 100


def _as_before(to_row: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    return lambda record, *leaving_out: to_row(record, *leaving_out, *NEW)
