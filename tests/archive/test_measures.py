"""Measures beside nDCG@10 are kept query by query, and archives from before them are brought up to date."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from archive import Archive, Measured, OutcomeRecord, ProgramRecord, RunRecord, rows
from archive.checking import check
from archive.portable import export_file
from archive.schema import MIGRATIONS
from tests.archive import sample_records as sample

NEW = ("measure", "maximise", "worth", "measured")


def recalled(value: float) -> dict[str, Measured]:
    """R@5 around a mean, and a measure that a search did not go by."""
    per_query = np.linspace(value - 0.1, value + 0.1, sample.N_QUERIES, dtype=np.float32)
    return {"R@5": Measured(value, per_query), "RR": Measured(0.0, np.zeros(sample.N_QUERIES, np.float32))}


def run() -> RunRecord:
    tasks = [replace(sample.task(name), measured=recalled(0.5)) for name in sample.TASKS]
    return replace(sample.run(tasks), measure="R@5", maximise="median(floor=-0.02)")


def program(worth: float | None = 0.3) -> ProgramRecord:
    def outcome(task: str) -> OutcomeRecord:
        return replace(sample.outcome(task), ndcg=0.6, delta=0.25, measured=recalled(0.75))

    record = sample.program(0.25, 2.0)
    return replace(record, worth=worth, outcomes=[outcome(task) for task in sample.TASKS])


def test_each_measure_is_read_back_query_by_query(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(run())
        archive.record_program(run_id, program())
        assert check(archive) == []
        read = archive.run(run_id).record
        assert (read.measure, read.maximise) == ("R@5", "median(floor=-0.02)")
        (found,) = archive.programs(run_id)
        assert found.record.worth == 0.3
        for outcome, task in zip(found.record.outcomes, read.tasks, strict=True):
            assert list(outcome.by_measure) == list(task.by_measure) == ["nDCG@10", "R@5", "RR"]
            assert outcome.by_measure["nDCG@10"].value == 0.6
            for name, measured in recalled(0.75).items():
                assert outcome.by_measure[name].value == measured.value
                np.testing.assert_array_equal(outcome.by_measure[name].per_query, measured.per_query)
            np.testing.assert_array_equal(task.by_measure["R@5"].per_query, recalled(0.5)["R@5"].per_query)


def test_measures_travel_with_their_run(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(run())
        archive.record_program(run_id, program())
        export_file(archive, tmp_path / "b.db", [run_id])
        with Archive.open(tmp_path / "b.db") as other:
            assert other.export(run_id) == archive.export(run_id)
            assert other.programs(run_id)[0].record.outcomes[0].by_measure["R@5"].value == 0.75


def test_the_frontier_goes_by_worth_and_leaves_out_what_is_below_the_floor(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(run())
        for worth, mean in ((0.1, 0.9), (0.2, 0.1), (None, 0.99)):
            archive.record_program(run_id, replace(program(worth), mean_delta=mean))
        assert [one.number for one in archive.frontier(run_id)] == [2]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("UPDATE outcome_measures SET value = 0.7 WHERE measure = 'R@5'", "an R@5 on alpha that is not the mean of"),
        ("UPDATE outcomes SET delta = 0.1", "a delta on alpha that is not its R@5 less the cosine's"),
        ("UPDATE cosine_measures SET value = 0.1 WHERE measure = 'RR'", "The cosine of run"),
        ("DELETE FROM outcome_measures WHERE measure = 'R@5'", "not the measure R@5 that its run searches by"),
    ],
)
def test_what_does_not_agree_is_complained_of(tmp_path: Path, change: str, complaint: str) -> None:
    with Archive.open(tmp_path / "a.db") as archive:
        archive.record_program(archive.start_run(run()), program())
        with archive.writing() as connection:
            connection.execute(change)
        assert any(complaint in sentence for sentence in check(archive))


def test_an_older_archive_searched_by_ndcg_and_maximised_the_mean(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with pytest.MonkeyPatch.context() as patch:
        others = {name: change for name, change in MIGRATIONS.items() if name != "measures"}
        patch.setattr("archive.schema.MIGRATIONS", others)
        with Archive.open(path) as archive, archive.writing() as connection:
            assert "measure" not in [name for _, name, *_ in connection.execute("PRAGMA table_info(runs)")]
            record, old = sample.run(), sample.program(0.1, 2.0)
            rows.insert(connection, "runs", [_without_new(rows.run_row("old", record))])
            for at, task in enumerate(record.tasks):
                row = {"run_id": "old", "position": at, **_without_new(rows.to_row(task))}
                rows.insert(connection, "tasks", [row])
            source = rows.store_source(connection, old.source)
            own = {"id": "old.1", "run_id": "old", "number": 1, "created": rows.now(), "source_hash": source}
            fields = _without_new(rows.to_row(old, "source", "parents", "outcomes", "usage"))
            rows.insert(connection, "programs", [{**own, **fields}])
            for outcome in old.outcomes:
                rows.insert(connection, "outcomes", [{"program_id": "old.1", **_without_new(rows.to_row(outcome))}])
    with Archive.open(path) as archive:
        assert check(archive) == []
        assert (archive.run("old").record.measure, archive.run("old").record.maximise) == ("nDCG@10", "mean")
        (front,) = archive.frontier("old")
        assert front.record.worth == front.record.mean_delta == 0.1
        assert list(front.record.outcomes[0].by_measure) == ["nDCG@10"]
        archive.record_program(archive.start_run(run()), program())


def _without_new(row: rows.Row) -> rows.Row:
    return {name: value for name, value in row.items() if name not in NEW}
