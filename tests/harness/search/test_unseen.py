"""Queries that a search sets aside: measured with the others, and heard of by nobody who writes or chooses programs."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import harness
from archive import Archive
from archive.checking import check
from harness.errors import UsageError
from harness.evaluation.secret import Secret
from harness.screen.views import optimism_line
from harness.search.recorded import recorded_settings
from harness.settings import compose, to_mapping
from harness.transfer.optimism import Optimism, optimism_of
from tests.archive import sample_records as sample
from tests.harness.small_tasks import write_task

PROGRAM = """
from primitives import bm25, zscore


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return zscore(sim) + 2 * zscore(bm25(q_texts, d_texts))
"""


def words(folder: Path, *more: str, n_tasks: int = 2) -> list[str]:
    paths = ",".join(str(write_task(folder / f"task-{shift}", shift)) for shift in range(n_tasks))
    places = [f"archive.path={folder / 'a.db'}", f"cache.folder={folder / 'cache'}", "archive.secret=of-these-tests"]
    return ["encoder=wordllama", "tasks=folder", f"tasks.paths=[{paths}]", *places, *more]


@given(st.floats(0, 0.99), st.text(max_size=8))
def test_so_many_are_drawn_and_one_is_always_left(share: float, value: str) -> None:
    queries = {str(number): "a question" for number in range(8)}
    task = harness.make_task("any", documents=["a text"], queries=queries, judgments={key: ["0"] for key in queries})
    mask = Secret(value).unseen(task, share)
    assert mask.sum() == min(round(8 * share), 7)
    assert mask.tolist() == Secret(value).unseen(task, share).tolist()


def test_deltas_are_of_searched_queries_and_nothing_else_is_told(tmp_path: Path) -> None:
    told: list[str] = []

    def author(briefing: harness.Briefing) -> str:
        told.append(str(briefing))
        return PROGRAM

    run = harness.discover(*words(tmp_path, "search.generations=2", "tasks.unseen=0.25"), proposer=author)
    tasks = {task.name: task for task in run.row.record.tasks}
    assert [len(task.unseen) for task in tasks.values()] == [2, 2]
    assert len({tuple(task.unseen) for task in tasks.values()}) == 2  # drawn for each task
    program = next(one for one in run.programs() if one.record.source == PROGRAM)
    searched, unseen = [], []
    for outcome in program.record.outcomes:
        task = tasks[outcome.task]
        assert outcome.per_query is not None and len(outcome.per_query) == task.n_queries == 8
        gained = outcome.per_query.astype(np.float64) - task.baseline_per_query
        searched.append(np.delete(gained, task.unseen).mean())
        unseen.append(gained[task.unseen].mean())
        assert outcome.delta == pytest.approx(searched[-1], abs=1e-6)
    assert program.record.mean_delta == pytest.approx(np.mean(searched), abs=1e-6)
    assert program.record.unseen_delta == pytest.approx(np.mean(unseen), abs=1e-6)
    assert program.record.unseen_delta != program.record.mean_delta
    assert "unseen" not in " ".join(told)
    assert "task-0 | 6 | " in told[0]  # of eight, as the desk has it
    with harness.open_desk(run) as desk:
        desk.keep(tmp_path / "desk")
    pages = [path.read_text("utf-8") for path in (tmp_path / "desk").glob("*.md")]
    assert "task-0: 6 queries that figures are of" in "".join(pages)

    found = optimism_of(program, run.row)
    assert found is not None and found.interval is None and (found.n_tasks, found.n_queries) == (2, 4)
    assert found.difference == pytest.approx(np.mean(searched) - np.mean(unseen))
    assert f"{found.unseen:+.4f} on 4 unseen ones" in optimism_line(found)
    with Archive.open(tmp_path / "a.db") as archive:
        assert harness.ask(run).count("unseen") == 0
        archive.db.execute("UPDATE tasks SET unseen = '[]'")
    with Archive.open(tmp_path / "a.db") as archive:
        assert any("not the mean of its searched queries" in sentence for sentence in check(archive))


def test_without_unseen_queries_nothing_is_said_of_them(tmp_path: Path) -> None:
    run = harness.discover(*words(tmp_path, "search.generations=0", "tasks.unseen=0"))
    assert all(task.unseen == [] for task in run.row.record.tasks)
    assert [program.record.unseen_delta for program in run.programs()] == [None] * len(run.programs())
    assert optimism_of(run.programs()[0], run.row) is None


@pytest.mark.parametrize("share", [-0.1, 1, 2.5])
def test_a_share_is_from_0_to_below_1(share: float) -> None:
    with pytest.raises(UsageError, match="it is a share of the queries, from 0 to below 1"):
        compose([f"tasks.unseen={share}"])


def test_a_run_from_before_goes_on_as_it_began(tmp_path: Path) -> None:
    config = to_mapping(compose([]))
    del config["tasks"]["unseen"], config["program"]["transductive"], config["archive"]["secret"]
    record = sample.run()
    with Archive.open(tmp_path / "a.db") as archive:
        run_id = archive.start_run(type(record)(**{**vars(record), "config": config}))
        settings = recorded_settings(archive, run_id)
    assert (settings.tasks.unseen, settings.program.transductive, settings.archive.secret) == (0.0, "flag", "")


def test_the_line_tells_its_numbers_of_tasks_and_queries() -> None:
    line = optimism_line(Optimism(0.1, 0.04, None, 14, 177))
    assert line.startswith("+0.1000 on searched queries, +0.0400 on 177 unseen ones of 14 tasks; ")
    assert "the difference, +0.0600, is" in line
