"""The interval of searched less unseen: what it promises, and from how many tasks and queries on there is one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from archive import Archive, Program, Run
from harness.transfer.intervals import interval_of_sum
from harness.transfer.optimism import FEWEST_OF_EITHER, optimism_of, optimism_over_tasks, optimisms
from tests.harness.report import archives


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Program]:
    path: Path = tmp_path_factory.mktemp("fitted") / "a.db"
    run_id = archives.fitted(path, 3)
    with Archive.open(path, read_only=True) as archive:
        return archive.run(run_id), archive.programs(run_id)[0]


def some_tasks(run: Run, searched: int, unseen: int) -> Run:
    """The same run with fewer tasks; the first ten are searched on."""
    tasks = [*run.record.tasks[:searched], *run.record.tasks[10 : 10 + unseen]]
    return replace(run, record=replace(run.record, tasks=tasks))


def test_an_interval_over_the_fewest_tasks_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(1000):
        searched, unseen = rng.exponential(1.0, 10), rng.exponential(1.0, FEWEST_OF_EITHER)
        interval = interval_of_sum([searched, -unseen], "")
        held += interval.low <= 0 <= interval.high
    assert 0.92 <= held / 1000 <= 0.98


def test_whole_tasks_have_an_interval_from_four_on_either_side(found: tuple[Run, Program]) -> None:
    run, program = found
    for searched, unseen, there in ((10, 4, True), (4, 4, True), (3, 4, False), (10, 3, False)):
        told = optimism_over_tasks(program, some_tasks(run, searched, unseen))
        assert told is not None and told.n_tasks == unseen
        assert (told.interval is not None) == there


def test_fewer_than_six_tasks_have_an_interval_over_their_queries(found: tuple[Run, Program]) -> None:
    run, program = found
    for n_tasks, over in ((6, "tasks"), (5, "queries of these tasks"), (3, "queries of these tasks"), (2, None)):
        told = optimism_of(program, some_tasks(run, n_tasks, 0))  # nine unseen queries each; 18 are too few
        assert told is not None and told.n_queries == 9 * n_tasks
        assert (told.interval and told.interval.method.split(",")[0]) == over
        assert told.interval is None or told.interval.low < told.difference < told.interval.high


def test_a_run_by_hidden_tasks_and_a_program_without_a_result_have_no_unseen_tasks(found: tuple[Run, Program]) -> None:
    run, program = found
    assert [one.whole for one in optimisms(program, run)] == [False, True]
    admitting = replace(program, record=replace(program.record, unseen_tasks_delta=None))
    assert [one.whole for one in optimisms(admitting, run)] == [False]
    failed = replace(program, record=replace(program.record, mean_delta=None))
    assert optimisms(failed, run) == []
