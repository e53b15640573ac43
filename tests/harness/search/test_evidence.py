"""Evidence of real runs: noise, room, surroundings, reports, and queries that an author may read."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import harness
from archive import Archive
from harness.errors import UsageError
from harness.search.desk import read_desk
from harness.settings import compose
from tests.harness.search.test_remedies import words

WORSE = """NAME: Worse
PARENTS: p2
CLAIM: the cosine with a bump
EFFECT: up on every task
LESSON: none

```python
def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    print("seen", sim.shape)
    return -sim + 0.5 * sim**2
```
"""


def test_errors_gains_and_room_are_those_of_searched_queries(tmp_path: Path) -> None:
    run = harness.discover(*words(tmp_path, "search.generations=6"), "tasks.unseen=0.25")
    tasks = {task.name: task for task in run.row.record.tasks}
    programs = {one.id: one.record for one in run.programs() if one.record.mean_delta is not None}

    def searched(program_id: str, task: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        values = next(one.per_query for one in programs[program_id].outcomes if one.task == task)
        assert values is not None
        return np.delete(values.astype(np.float64), tasks[task].unseen)

    with Archive.open(tmp_path / "a.db", read_only=True) as archive:
        history = read_desk(archive, run.id).history
    compared = 0
    for row in (one for one in history.ledger if one.deltas):
        for name, task in tasks.items():
            gained = searched(row.id, name) - np.delete(task.baseline_per_query, task.unseen)
            assert row.errors[name] == pytest.approx(gained.std(ddof=1) / np.sqrt(len(gained)), abs=1e-6)
        if row.gain is not None:
            means = [(searched(row.id, name) - searched(row.gain.parent, name)).mean() for name in tasks]
            assert row.gain.value == pytest.approx(np.mean(means), abs=1e-6)
            compared += 1
    assert compared > 2
    for room in history.rooms.found():
        best = np.max([searched(one, room.task) for one in programs], axis=0)
        assert room.oracle == pytest.approx(best.mean(), abs=1e-6) and room.oracle >= room.cosine
    asked = harness.ask(run)
    assert "The encoder is wordllama" in asked and "task-0 | 6 | 40 | 7 | 10, 10 | 100%" in asked


def test_a_report_compares_with_the_parent_and_shows_the_run(tmp_path: Path) -> None:
    run = harness.discover(*words(tmp_path, "search.generations=0"))
    with harness.open_desk(run, archive=tmp_path / "a.db") as desk:
        report = desk.tell(WORSE).report
    for part in (
        r"gain over \w+\.2 -0\.\d{4}, 95 % interval -0\.\d{4} to -0\.\d{4} \(over 24 queries of 3 tasks\)",
        r"task-0 -0\.\d{4} ± 0\.\d{4}; against the parent -0\.\d{4}",
        r"not tested: routing",
        r"expected: up on every task\ncame: down on task-0 ",
        r"memory: at most \d+ MiB resident, where \d+ MiB of addresses are allowed",
        r"printed on task-1: seen \(8, 40\)",
        r"lost -1\.000 on a query of task-\d: 7 words, \d+% of them in the cosine's first document, 0% of the cosine's",
    ):
        assert re.search(part, report), (part, report)
    assert "won " not in report


def test_nothing_printed_on_a_hidden_task_is_told(tmp_path: Path) -> None:
    run = harness.discover(*words(tmp_path, "search.generations=0", "tasks.unseen_tasks=0.3"))
    hidden = {task.name for task in run.row.record.tasks if task.split == "validation"}
    assert len(hidden) == 1
    with harness.open_desk(run, archive=tmp_path / "a.db") as desk:
        told = desk.ask() + desk.tell(WORSE).report + desk.ask()
    assert "printed on" in told and not any(name in told for name in hidden)


def test_examples_are_of_queries_that_nothing_counts(tmp_path: Path) -> None:
    settings = words(tmp_path, "search.generations=3", "proposer.evidence=examples", "proposer.example_share=0.5")
    run = harness.discover(*settings)
    kept = {task.name: set(task.query_ids) for task in run.row.record.tasks}
    assert all(len(names) == 4 for names in kept.values())
    queries = {name: _texts(tmp_path / name / "queries.jsonl") for name in kept}
    with harness.open_desk(run, archive=tmp_path / "a.db") as desk:
        desk.tell(WORSE)
        with Archive.open(tmp_path / "a.db", read_only=True) as archive:
            events = [json.loads(one.message) for one in archive.events(run.id) if one.kind == "examples"]
    assert [one["program"] for one in events][-1] == len(run.programs())
    text = events[-1]["text"]
    assert "ranked first: The " in text and "right, at place 40: The " in text
    for name, texts in queries.items():
        told = {line.partition(": ")[2] for line in text.splitlines() if line.startswith(f"- {name}: ")}
        assert len(told) == 2 and told <= {texts[one] for one in texts.keys() - kept[name]}
    for asked in (harness.ask(run, archive=tmp_path / "a.db"), harness.ask(run, archive=tmp_path / "a.db")):
        assert not any(texts[one] in asked for name, texts in queries.items() for one in kept[name])


def test_a_run_with_examples_goes_on_as_the_unbroken_one(tmp_path: Path) -> None:
    settings = words(tmp_path, "search.generations=6", "proposer.evidence=examples", "proposer.example_share=0.5")
    unbroken = harness.discover(*settings)
    asked = iter(range(100))
    broken = harness.discover(*settings, stopping=lambda: next(asked) == 5)
    resumed = harness.resume(broken, archive=tmp_path / "a.db")
    briefings = [harness.ask(one, archive=tmp_path / "a.db") for one in (unbroken, resumed)]
    assert briefings[0] == briefings[1]


def test_by_default_no_text_of_a_task_is_told(tmp_path: Path) -> None:
    run = harness.discover(*words(tmp_path, "search.generations=2"))
    assert "When was it" not in harness.ask(run)


def test_examples_are_more_than_a_bit() -> None:
    with pytest.raises(UsageError, match="more than one bit"):
        compose(["proposer.evidence=examples", "proposer.feedback=bit"])
    with pytest.raises(UsageError, match="example_share is 0"):
        compose(["proposer.example_share=0"])


def _texts(path: Path) -> dict[str, str]:
    return {one["_id"]: one["text"] for one in map(json.loads, path.read_text("utf-8").splitlines())}
