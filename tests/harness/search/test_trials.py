"""A look at a program on a part of the queries is what a whole evaluation says of these queries, and is recorded."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from archive import Archive, TrialRecord, Trials
from archive.portable import export_file
from harness import FunctionEncoder, UsageError
from harness.evaluation.trial import PARTS, _rows
from harness.search.desk import OpenDesk
from tests.harness.test_api import tasks, vectors

LONGER = """
def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return sim + [0.01 * len(text) for text in d_texts]
"""
FAILS = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return 1 / 0\n"


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "a.db")


@pytest.fixture
def desk(place: str, request: pytest.FixtureRequest) -> Iterator[OpenDesk]:
    mine: dict[str, Any] = {"encoder": FunctionEncoder(vectors, name="letters"), "tasks": tasks()}
    further = getattr(request, "param", [])
    run = harness.discover(f"archive.path={place}", "search.generations=0", "tasks.unseen=0.2", *further, **mine)
    with harness.open_desk(run, **mine) as opened:
        yield opened


def trials(opened: OpenDesk) -> list[TrialRecord]:
    return Trials(opened.desk.archive, opened.desk.run_id).all()


def test_the_parts_together_are_the_whole(desk: OpenDesk) -> None:
    assert desk.look(LONGER, 0, "Longer").recorded
    looked = {part: desk.look(LONGER, part, "Longer") for part in range(1, PARTS + 1)}
    assert all(told.recorded for told in looked.values())
    whole, *parts = trials(desk)
    told = desk.tell(LONGER, "Longer")
    assert told.recorded
    (program,) = [each for each in desk.desk.archive.programs(desk.desk.run_id) if each.record.name == "Longer"]
    assert whole.mean_delta == pytest.approx(program.record.mean_delta, abs=1e-6)
    for task in desk.bench.evaluator.tasks:
        rows = [_rows(task, part) for part in range(1, PARTS + 1)]
        seen = np.flatnonzero(~task.unseen)
        assert set(np.concatenate(rows).tolist()) == set(seen.tolist())
        for part, mine in zip(parts, rows, strict=True):
            (outcome,) = [each for each in program.record.outcomes if each.task == task.name]
            gained = outcome.by_measure["nDCG@10"].per_query[mine] - task.baseline.per_query[mine]
            assert part.deltas[task.name] == pytest.approx(float(gained.mean()), abs=1e-6)


def test_it_is_set_against_the_best_program_on_the_same_queries(desk: OpenDesk) -> None:
    desk.tell(LONGER, "Longer")
    assert "less" in desk.look(LONGER + "\n# again\n", 2, "Again").report
    (trial,) = trials(desk)
    assert trial.against is not None and trial.number == 5
    if desk.desk.history.ledger[-1].id == trial.against:
        assert trial.gain == pytest.approx(0.0, abs=1e-6)


def test_what_fails_or_cannot_be_read_is_said_and_only_a_look_is_recorded(desk: OpenDesk, tmp_path: Path) -> None:
    number = desk.number
    assert not desk.look("no program at all", 1).recorded and trials(desk) == []
    failed = desk.look(FAILS, 1, "Fails")
    assert not failed.recorded and "ZeroDivisionError" in failed.report
    forbidden = desk.look("import os\n" + LONGER, 1, "Reads")
    assert not forbidden.recorded and "static-reject" in forbidden.report
    assert [trial.verdict == "ok" for trial in trials(desk)] == [False, False] and desk.number == number
    with pytest.raises(UsageError, match="no part 6"):
        desk.look(LONGER, 6)
    export_file(desk.desk.archive, tmp_path / "out.db", [desk.desk.run_id])
    with Archive.open(tmp_path / "out.db", read_only=True) as archive:
        assert Trials(archive, desk.desk.run_id).all() == trials(desk)


@pytest.mark.parametrize("desk", [["proposer.feedback=bit"]], indirect=True)
def test_an_author_who_hears_no_figures_gets_none_by_trials(desk: OpenDesk) -> None:
    with pytest.raises(UsageError, match="feedback=bit"):
        desk.look(LONGER, 1)
    assert trials(desk) == []


AUTHOR = """
import sys

asked = sys.stdin.read()
if "You asked for a trial" in asked:
    assert "standard error" in asked or "delta" in asked
    print("NAME: Longer\\nPARENTS: p1\\n\\n```python" + {longer!r} + "```")
elif "TRIAL: with a number" in asked:
    print("NAME: Shorter\\nPARENTS: p1\\nTRIAL: 2\\n\\n```python" + {shorter!r} + "```")
"""


def test_a_model_may_look_first_and_its_run_goes_on_as_it_would(tmp_path: Path, place: str) -> None:
    author = tmp_path / "author.py"
    author.write_text(AUTHOR.format(longer=LONGER, shorter=LONGER.replace("0.01", "-0.01")))
    mine: dict[str, Any] = {"encoder": FunctionEncoder(vectors, name="letters"), "tasks": tasks()}
    asks = ["proposer=command", f"proposer.command.line={sys.executable} {author}", "proposer.trials=1"]
    words = [*asks, f"archive.path={place}", "tasks.unseen=0.2", "proposer.repairs=0"]
    run = harness.discover(*words, "search.generations=2", "search.variants=allow", **mine)
    told = [each.record for each in run.programs() if each.record.generation]
    assert told[0].name == "Longer" and "0.01 *" in told[0].source
    assert [usage.step for usage in told[0].usage] == ["answer/0", "trial/0"]
    with Archive.open(place, read_only=True) as archive:
        looked = Trials(archive, run.id).all()
    assert [(look.name, look.part, look.number) for look in looked] == [("Shorter", 2, 4), ("Shorter", 2, 5)]
    assert "Shorter on part 2: delta" in harness.ask(run)


def test_trials_and_a_bit_are_refused_before_anything_slow(place: str) -> None:
    mine: dict[str, Any] = {"encoder": FunctionEncoder(vectors, name="letters"), "tasks": tasks()}
    words = ["proposer=command", "proposer.command.line=cat", "proposer.trials=1", "proposer.feedback=bit"]
    with pytest.raises(UsageError, match=r"proposer\.trials=0"):
        harness.discover(*words, f"archive.path={place}", **mine)
