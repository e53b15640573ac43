"""Cost ratios on every axis are made from what was recorded, and a frontier goes by the axis asked for."""

from dataclasses import replace
from pathlib import Path

import pytest

from archive import (
    COST_WORDS,
    RATIOS,
    Archive,
    Axis,
    ProgramRecord,
    RunRecord,
    axis_of,
    costs_of,
    document_work,
    non_dominated_programs,
)
from archive.costs import AXES
from tests.archive import sample_records as sample
from tests.harness.report import archives

SEARCHED_BY_TOKENS = {"search": {"cost": "tokens"}}


def program(delta: float, texts: float, tokens: int, seconds: float = 0.01) -> ProgramRecord:
    """With this text ratio, and so many tokens and encoder seconds on each of the three tasks."""
    record = sample.program(delta, texts)
    return replace(record, outcomes=[replace(one, tokens=tokens, encoder_seconds=seconds) for one in record.outcomes])


def test_ratios_are_pooled_over_the_tasks_searched_on() -> None:
    hidden = replace(sample.task("unseen", "validation"), baseline_tokens=10**9)
    run = sample.run([*map(sample.task, sample.TASKS), hidden])
    record = sample.program(0.1, 1.5)
    outcomes = [replace(one, tokens=tokens) for one, tokens in zip(record.outcomes, (0, 900, 4500), strict=True)]
    record = replace(record, outcomes=[*outcomes, replace(sample.outcome("unseen"), tokens=10**9, cpu_s=99.0)])
    costs = costs_of(record, run)
    assert costs.texts == 1.5, "as it was recorded"
    assert costs.tokens == pytest.approx(1 + 5400 / 2700)
    assert costs.seconds == pytest.approx(1 + 0.03 / 0.75)
    assert costs.program_seconds == pytest.approx(0.3 / 15)
    assert costs.flags == []


@pytest.mark.parametrize(("tokens", "flags"), [(1800, []), (1801, ["long_texts"])])
def test_twice_the_texts_in_tokens_is_flagged(tokens: int, flags: list[str]) -> None:
    assert costs_of(program(0.1, 1.5, tokens), sample.run()).flags == flags


def test_what_cannot_be_told_is_no_number() -> None:
    untold = replace(sample.task("alpha"), baseline_tokens=0, baseline_seconds=0.0)
    costs = costs_of(sample.program(0.1, 1.5, tasks=["alpha"]), sample.run([untold]))
    assert (costs.texts, costs.tokens, costs.seconds, costs.flags) == (1.5, None, None, [])
    failed = costs_of(sample.program(None, None), sample.run())
    assert set(vars(failed).values()) == {None}


def test_a_frontier_goes_by_its_runs_axis_unless_another_is_named(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a.db") as archive:

        def fronts(run: RunRecord) -> list[list[int]]:
            run_id = archive.start_run(run)
            # Cheapest in texts, in tokens, in seconds; the second and third gain more.
            for record in (program(0.1, 1.0, 900, 0.5), program(0.2, 2.0, 90, 0.4), program(0.3, 3.0, 500, 0.1)):
                archive.record_program(run_id, record)
            asked: tuple[Axis | None, ...] = ("texts", "tokens", "seconds", None)
            return [[one.number for one in archive.frontier(run_id, axis)] for axis in asked]

        assert fronts(sample.run()) == [[1, 2, 3], [2, 3], [3], [1, 2, 3]]
        assert fronts(replace(sample.run(), config=SEARCHED_BY_TOKENS)) == [[1, 2, 3], [2, 3], [3], [2, 3]]


def test_a_run_from_before_there_was_a_choice_counted_texts() -> None:
    assert [axis_of(replace(sample.run(), config=config)) for config in ({}, {"search": {}}, SEARCHED_BY_TOKENS)] == [
        "texts",
        "texts",
        "tokens",
    ]


def test_in_texts_the_frontier_is_that_of_the_view(tmp_path: Path) -> None:
    run_id = archives.search(tmp_path / "a.db", 60)
    with Archive.open(tmp_path / "a.db", read_only=True) as archive:
        front = non_dominated_programs(archive.programs(run_id), archive.run(run_id).record, "texts")
        assert [one.id for one in front] == [one.id for one in archive.frontier(run_id)]


def test_index_time_and_query_time_are_told_apart() -> None:
    """Of three tasks with five queries and some documents each."""
    run = sample.run()
    index = {"index_texts": 40, "index_tokens": 400, "index_encoder_seconds": 0.02, "index_cpu_s": 0.3}
    record = sample.program(0.1, 1.5)
    changed = {"texts": 50, "encoder_seconds": 0.03, "cpu_s": 0.5, "index_bytes": 800, "alone_s": [0.01, 0.03], **index}
    record = replace(record, outcomes=[replace(one, **changed) for one in record.outcomes])
    costs, documents = costs_of(record, run), sum(task.n_documents for task in run.tasks)
    assert costs.latency == pytest.approx(1000 * (3 * (0.5 - 0.3) + 3 * 0.01) / 15)
    assert costs.on("latency") == costs.latency
    compared = replace(record, outcomes=[replace(one, similarity_s=0.25) for one in record.outcomes])
    assert costs_of(compared, run).latency == pytest.approx(costs.latency + 1000 * 3 * 0.25 / 15)
    assert costs.query_texts == pytest.approx(30 / 15)
    assert costs.index_texts == pytest.approx(120 / documents)
    assert costs.index_seconds == pytest.approx(1000 * 3 * 0.32 / documents)
    assert costs.index_bytes == pytest.approx(2400 / documents)
    assert (costs.alone_median, costs.alone_95) == (pytest.approx(20), pytest.approx(30))


@pytest.mark.parametrize(
    ("cpu_s", "alone_s", "index_bytes", "share"),
    [
        (0.5, [0.1], 0, 0.0),  # five queries take five times as long as one
        (0.1, [0.1], 0, 1.0),  # five take as long as one
        (0.3, [0.1], 0, 0.5),
        (0.3, [0.1], 8, None),  # it has an index
        (0.03, [0.01], 0, None),  # too short to ask
        (0.3, [], 0, None),
    ],
)
def test_work_on_documents_is_what_one_query_costs_as_much_as_all(
    cpu_s: float, alone_s: list[float], index_bytes: int, share: float | None
) -> None:
    outcome = replace(sample.outcome("alpha"), cpu_s=cpu_s, alone_s=alone_s, index_bytes=index_bytes)
    work = document_work([outcome, replace(outcome, alone_s=[])])
    assert work == (None if share is None else (alone_s[0], pytest.approx(share)))


def test_what_is_no_ratio_is_told_in_words() -> None:
    """Else a page would call milliseconds a cost ratio."""
    assert set(COST_WORDS) == set(AXES) - set(RATIOS)
