"""Remedies against the optimism of a search: records beyond noise, and authors who hear one bit."""

import random
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import harness
from archive import Program
from harness.errors import UsageError
from harness.evaluation.goal import find_goal
from harness.policies.bandit import improvement
from harness.proposers.load import prompt_writer
from harness.proposers.modes import Assignment
from harness.proposers.recombine.lesson import lesson
from harness.search.briefing import make_briefing
from harness.search.feedback import row_by_bit
from harness.search.history import History
from harness.search.noise import Cosine
from harness.settings import Settings, compose
from tests.harness.proposers.briefings import row
from tests.harness.search.test_history import known
from tests.harness.small_tasks import write_task

FIGURE = re.compile(r"[+-]\d*\.\d|(?<![\w.])0\.\d|\d/\d+/\d|[Mm]ean delta [+-]|won,|lost \d|gained|level with")
"""What tells a measured figure: a delta, a count of wins, or the words around one."""


def words(folder: Path, *more: str) -> list[str]:
    tasks = [folder / f"task-{shift}" for shift in range(3)]
    paths = ",".join(str(task if task.exists() else write_task(task, shift)) for shift, task in enumerate(tasks))
    places = [f"archive.path={folder / 'a.db'}", f"cache.folder={folder / 'cache'}", "archive.secret=of-these-tests"]
    return ["encoder=wordllama", "tasks=folder", f"tasks.paths=[{paths}]", "tasks.unseen=0", *places, *more]


def told(programs: list[Program]) -> list[tuple[str, str, str]]:
    """What is recorded of each, with ids that two runs share."""
    return [(one.record.name, one.record.status, re.sub(r"\w+\.(\d+)", r"p\1", one.record.reason)) for one in programs]


def test_records_lie_beyond_noise_say_so_and_repeat_on_resume(tmp_path: Path) -> None:
    settings = words(tmp_path, "search.admission=beyond_noise", "search.generations=6")
    unbroken = harness.discover(*settings)
    asked = iter(range(100))
    broken = harness.discover(*settings, stopping=lambda: next(asked) == 5)
    assert len(broken.programs()) == 5
    resumed = harness.resume(broken, archive=tmp_path / "a.db")
    assert told(resumed.programs()) == told(unbroken.programs())

    record = None
    noisy = []
    for program in (one for one in unbroken.programs() if one.record.status != "rejected"):
        values = np.array([outcome.per_query for outcome in program.record.outcomes], dtype=np.float64)
        if record is not None:
            gained = values - record
            error = np.sqrt((gained.var(axis=1, ddof=1) / 8).sum()) / 3
            assert (program.record.status == "admitted") == (gained.mean() > error)
            noisy += [program] if 0 < gained.mean() <= error else []
        record = values if program.record.status == "admitted" else record
    assert noisy and all("is within one standard error of the difference" in one.record.reason for one in noisy)
    assert "is within one standard error of the difference" in harness.ask(unbroken)
    assert "by more than one standard error" in harness.ask(unbroken)


def test_by_default_a_program_is_admitted_for_any_gain(tmp_path: Path) -> None:
    run = harness.discover(*words(tmp_path, "search.generations=0"))
    assert [one.record.status for one in run.programs()][:2] == ["admitted", "admitted"]
    assert "more than one standard error" not in harness.ask(run)


@pytest.mark.parametrize("other", ["search.objective=transfer", "search.maximise=median"])
def test_noise_is_told_of_means_over_searched_tasks_alone(other: str) -> None:
    with pytest.raises(UsageError, match=r"it needs search\.objective=compute or budget, and search\.maximise=mean"):
        find_goal(compose(["search.admission=beyond_noise", other]).search)


@pytest.mark.parametrize("word", ["search.admission=noise", "proposer.feedback=bits"])
def test_a_remedy_that_does_not_exist_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match=word.partition("=")[0]):
        compose([word])


def test_with_one_bit_no_briefing_and_no_report_holds_a_figure(tmp_path: Path) -> None:
    bit, figures = (words(tmp_path, "search.generations=5", f"proposer.feedback={one}") for one in ("bit", "figures"))
    run, other = harness.discover(*bit), harness.discover(*figures)
    assert FIGURE.search(_memory(harness.ask(other))) and not FIGURE.search(_memory(harness.ask(run)))
    assert "of quality one bit is told" in harness.ask(run).lower()
    for tried, found in ((run, False), (other, True)):
        with harness.open_desk(tried, archive=tmp_path / "a.db") as desk:
            report = desk.tell(
                "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return -sim\n"
            ).report
        assert bool(FIGURE.search(report)) == found and "evaluated" in report
    heard = [row_by_bit(one.row) for one in (known(1, 0.1, 1.0), known(2, 0.2, 2.0))]
    assert not FIGURE.search(lesson(heard))


def test_equal_bits_make_equal_briefings_whatever_was_measured() -> None:
    settings = compose(["proposer.feedback=bit", "search.parents=3"])
    briefings = [make_briefing(settings, "run", _history(seed), 31) for seed in (1, 2)]
    assert briefings[0] == briefings[1]
    assert len(briefings[0].parents) == 3
    assert [view.id for view in briefings[0].frontier] == [f"run.{number}" for number in range(25, 0, -6)]
    writer = prompt_writer(settings)
    body = writer.proposal(briefings[0], Assignment("full"), notes="", correction="").body
    assert not FIGURE.search(body) and "p7 program 7 | p6 | admitted | 8.00 |" in body
    plain = replace(settings, proposer=replace(settings.proposer, feedback="figures"))
    assert make_briefing(plain, "run", _history(1), 31) != make_briefing(plain, "run", _history(2), 31)


def test_the_bandit_goes_by_the_bit_where_there_is_no_figure() -> None:
    rows = [
        row_by_bit(row(n, status=status)) for n, status in enumerate(("admitted", "evaluated", "rejected"), start=1)
    ]
    assert [improvement(one, {}) for one in rows] == [1.0, 0.0, 0.0]


def _history(seed: int) -> History:
    """Thirty programs with the same bits and costs for every seed, and other figures."""
    rng = random.Random(seed)
    history = History(cosines={"law": Cosine(np.full(30, 0.5, np.float32), np.ones(30, np.bool_))})
    for number in range(1, 31):
        one = known(number, rng.uniform(-0.1, 0.1), number + 1.0, parents=(number - 1,) if number > 1 else ())
        status, figures = "admitted" if number % 6 == 1 else "evaluated", {"law": rng.uniform(-0.1, 0.1)}
        reason = f"Mean delta {rng.uniform(-0.1, 0.1):+.4f} does not beat the best so far, +0.1000."
        audited = number % 6 == 1 or rng.random() < 0.5
        row = replace(one.row, status=status, deltas=figures, reason=reason, wins=rng.randrange(9))
        row = replace(row, untested=() if audited else ("routing",), flags=("routes",) if audited else ())
        scores = {"law": np.array([rng.random() for _ in range(30)], np.float32)}
        history.add(replace(one, row=row, searched=scores))
    assert any(row.gain and row.gain.low is not None and row.errors for row in history.ledger)
    return history


def _memory(briefing: str) -> str:
    """A briefing from its ledger on, without the sources of programs, which hold numbers of their own."""
    return re.sub(r"```.*?```", "", briefing[briefing.index("# Ledger") :], flags=re.DOTALL)


def test_the_settings_that_runs_had_before_are_the_defaults() -> None:
    assert (Settings().search.admission, Settings().proposer.feedback) == ("record", "figures")
