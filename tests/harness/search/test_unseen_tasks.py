"""Tasks that a search measures every program on, and that nobody who writes or chooses programs hears of."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import harness
from archive import Archive, costs_of
from archive.checking import check
from harness.errors import UsageError
from harness.evaluation.workbench import Workbench, open_workbench
from harness.proposers.protocol import Proposal
from harness.screen.tables import print_frontier, print_program
from harness.search.history import History
from harness.search.judge import consider
from harness.search.recording import known_from_record
from harness.settings import compose
from harness.transfer.optimism import optimism_of, optimism_over_tasks
from tests.harness.evaluation.test_evaluate import program, small_task
from tests.harness.search.test_unseen import PROGRAM, words


def test_unseen_tasks_are_measured_and_nobody_hears_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []

    def author(briefing: harness.Briefing) -> str:
        told.append(str(briefing))
        return PROGRAM

    settings = words(tmp_path, "search.generations=2", "tasks.unseen=0.25", "tasks.unseen_tasks=0.5", n_tasks=4)
    run = harness.discover(*settings, proposer=author)
    splits = {task.name: task.split for task in run.row.record.tasks}
    unseen = {name for name, split in splits.items() if split == "validation"}
    assert len(unseen) == 2
    assert all(len(task.unseen) == (0 if task.name in unseen else 2) for task in run.row.record.tasks)

    written = next(one for one in run.programs() if one.record.source == PROGRAM)
    record = written.record
    deltas = {outcome.task: outcome.delta or 0.0 for outcome in record.outcomes}
    assert deltas.keys() == splits.keys()
    assert record.unseen_tasks_delta == pytest.approx(np.mean([deltas[name] for name in unseen]))
    assert record.mean_delta == pytest.approx(np.mean([deltas[name] for name in deltas.keys() - unseen]))
    assert record.unseen_tasks_delta != record.mean_delta
    assert record.n_tasks == 2 and costs_of(record, run.row.record).texts == record.cost_ratio
    assert all(one.record.unseen_tasks_delta is not None for one in run.programs() if one.record.verdict == "ok")
    assert set(record.audits.values()) <= {1, 2}
    for text in (*told, harness.ask(run)):
        assert "unseen" not in text and not any(name in text for name in unseen)
    with Archive.open(tmp_path / "a.db") as archive:
        assert check(archive) == []
        assert not any(event.kind == "validation" for event in archive.events(run.id))

    found = optimism_over_tasks(written, run.row)
    assert found is not None and found.whole and found.interval is None and (found.n_tasks, found.n_queries) == (2, 16)
    assert found.difference == pytest.approx(record.mean_delta - record.unseen_tasks_delta)
    print_frontier([written], run.row)
    print_program(written, run.row)
    line = f"on searched tasks, {record.unseen_tasks_delta:+.4f} on 2 unseen ones"
    assert capsys.readouterr().out.count(line) == 2


def test_unseen_tasks_are_the_secrets_and_a_resumed_run_has_the_same(tmp_path: Path) -> None:
    def unseen(folder: str, *more: str) -> tuple[str, ...]:
        settings = words(tmp_path / folder, "tasks.unseen_tasks=0.5", "search.generations=0", *more, n_tasks=4)
        runs.append(harness.discover(*settings))
        return tuple(task.name for task in runs[-1].row.record.tasks if task.split == "validation")

    runs: list[harness.Run] = []
    first = unseen("a")
    assert unseen("b") == first
    assert len({first, *(unseen(f"c{number}", f"archive.secret=other-{number}") for number in range(4))}) > 1
    went_on = harness.resume(runs[0], "search.generations=1", proposer=lambda briefing: PROGRAM)
    assert went_on.programs()[-1].record.source == PROGRAM
    assert {outcome.task for outcome in went_on.programs()[-1].record.outcomes} >= set(first)
    with harness.open_desk(went_on) as desk:
        told = desk.tell(PROGRAM.replace("2 *", "2 -"))
    assert told.recorded and "delta" in told.report
    assert not any(name in told.report for name in first)
    assert went_on.programs()[-1].record.unseen_tasks_delta is not None


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    settings = compose(["encoder=wordllama", "sandbox=weak", f"cache.folder={tmp_path}", "search.floor=-0.001"])
    with open_workbench(
        settings, [small_task("small", 12), small_task("away", 40)], hidden=frozenset({"away"})
    ) as opened:
        yield opened


def test_a_failure_on_an_unseen_task_is_no_verdict_on_the_program(bench: Workbench) -> None:
    source = program("return sim + 0 if len(d_texts) == 12 else sim[:, :1]")
    record = consider(Proposal(source=source, name="tried"), 1, History(), bench)
    assert (record.status, record.verdict, record.mean_delta) == ("admitted", "ok", 0.0)
    assert [(outcome.task, outcome.verdict == "ok") for outcome in record.outcomes] == [
        ("small", True),
        ("away", False),
    ]
    assert record.unseen_tasks_delta is None and "away" not in record.reason


def test_what_unseen_tasks_say_admits_nothing(bench: Workbench) -> None:
    history = History()
    for number, body in enumerate(("return sim if len(d_texts) == 12 else -sim", "return -sim"), start=1):
        record = consider(Proposal(source=program(body), name="tried"), 1, history, bench)
        history.add(known_from_record(f"run.{number}", record, bench.hidden))
        assert record.unseen_tasks_delta is not None and record.unseen_tasks_delta < 0
        # The first is the cosine where it is searched on, the second is below the floor and measured all the same.
        assert record.status == ("admitted" if number == 1 else "evaluated")
        assert (record.worth is None) == (number == 2)
        assert "away" not in str(history.ledger[-1])


def test_what_cannot_be_hidden_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="it is a share of the tasks, from 0 to below 1"):
        compose(["tasks.unseen_tasks=1"])
    with pytest.raises(UsageError, match=r"has no unseen tasks; set tasks\.unseen_tasks=0"):
        compose(["tasks.unseen_tasks=0.2", "search.objective=transfer"])
    with pytest.raises(UsageError, match=r"tasks\.unseen_tasks hides 1 of 1 task, so none is left"):
        harness.discover(*words(tmp_path, "tasks.unseen_tasks=0.1", "search.generations=0", n_tasks=1))


def test_no_unseen_tasks_no_word_of_them(tmp_path: Path) -> None:
    run = harness.discover(*words(tmp_path, "search.generations=0"))
    assert all(task.split == "search" for task in run.row.record.tasks)
    assert optimism_over_tasks(run.programs()[0], run.row) is None
    assert optimism_of(run.programs()[0], run.row) is not None
