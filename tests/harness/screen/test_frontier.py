"""What a step of a frontier gains, and which steps are beyond noise."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from archive import Archive, OutcomeRecord, Program, Run, TaskRecord
from harness.screen.frontier import frontier_points, sure_frontier
from tests.harness.report import archives


def shifted(task: TaskRecord, gain: float, noise: float, rng: np.random.Generator) -> OutcomeRecord:
    """An outcome whose queries gain so much on the cosine, give or take."""
    per_query = (task.baseline_per_query + gain + rng.normal(0, noise, task.n_queries)).astype(np.float32)
    ndcg = float(per_query.mean(dtype=np.float64))
    outcome = archives.outcome(task, 0.0, rng)
    return replace(outcome, ndcg=ndcg, delta=ndcg - task.baseline_ndcg, per_query=per_query)


def front(path: Path, gains: Sequence[float], n_tasks: int, n_queries: int = 30) -> tuple[list[Program], Run]:
    """The frontier of programs with these gains, each costlier than the one before."""
    rng = np.random.default_rng(3)
    tasks = [archives.task(f"task-{number}", rng, n_queries) for number in range(n_tasks)]
    with Archive.open(path / "a.db") as archive:
        run_id = archive.start_run(archives.run(tasks))
        for number, gain in enumerate(gains, start=1):
            outcomes = [shifted(task, gain, 0.02, rng) for task in tasks]
            archive.record_program(run_id, archives.program(number, outcomes, cost_ratio=float(number)))
        return archive.frontier(run_id), archive.run(run_id)


def test_a_step_is_the_gain_on_the_next_cheaper_program(tmp_path: Path) -> None:
    programs, run = front(tmp_path, (0.0, 0.05, 0.2), n_tasks=8)
    first, *steps = frontier_points(programs, run)
    assert first.step is None and len(steps) == 2
    for cheaper, point in zip(programs, steps, strict=False):
        assert point.step is not None and point.step.tasks is not None and point.step.queries is not None
        ours, theirs = point.program.record.mean_delta, cheaper.record.mean_delta
        assert ours is not None and theirs is not None
        assert (point.step.over, point.step.gain) == (cheaper.id, pytest.approx(ours - theirs))
        for interval in (point.step.tasks, point.step.queries):
            assert interval.low < point.step.gain < interval.high
            assert interval.high - interval.low < 0.02, "paired: the tasks' and queries' own differences fall out"


def test_hidden_tasks_are_no_part_of_a_step(tmp_path: Path) -> None:
    programs, run = front(tmp_path, (0.0, 0.05), n_tasks=8)
    kept = [replace(task, split="validation" if task.name == "task-0" else "search") for task in run.record.tasks]
    hiding = replace(run, record=replace(run.record, tasks=kept))
    step = frontier_points(programs, hiding)[1].step
    deltas = [[one.delta for one in program.record.outcomes if one.task != "task-0"] for program in programs]
    assert step is not None and step.gain == pytest.approx(np.mean(deltas[1]) - np.mean(deltas[0]))


@pytest.mark.parametrize(("n_tasks", "hair"), [(8, 0.0505), (2, 0.058)], ids=["over tasks", "over queries"])
def test_sure_keeps_what_is_better_than_every_cheaper_one_beyond_noise(
    tmp_path: Path, n_tasks: int, hair: float
) -> None:
    programs, run = front(tmp_path, (0.0, 0.05, hair, 0.2), n_tasks)
    assert [program.number for program in programs] == [1, 2, 3, 4], "the third by a hair"
    assert [program.number for program in sure_frontier(programs, run)] == [1, 2, 4]


def test_where_nothing_can_be_sure_the_cheapest_alone_is_kept(tmp_path: Path) -> None:
    programs, run = front(tmp_path, (0.0, 0.1), n_tasks=2, n_queries=5)
    step = frontier_points(programs, run)[1].step
    assert step is not None and (step.tasks, step.queries) == (None, None)
    assert sure_frontier(programs, run) == programs[:1]
