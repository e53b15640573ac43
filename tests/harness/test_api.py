"""Python as the front door: the public names, and jobs with objects of one's own."""

import ast
import inspect
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import harness
from harness import Briefing, Evaluation, FunctionEncoder, Proposal, Run, Task, UsageError, Watcher, make_task
from harness.errors import JobError
from tests.harness.small_tasks import SUBJECTS, VERBS

PUBLIC = {
    "Archive", "ArchiveError", "Briefing", "Encoder", "EncoderError", "Evaluation", "Executor", "FunctionEncoder",
    "HarnessError", "JobError", "Matrix", "Program", "Progress", "Proposal", "Proposer", "Run", "Settings", "Task",
    "TaskError", "UsageError", "Watcher", "ask", "compose", "discover", "errors", "evaluate", "frames", "heads",
    "load_encoder", "make_task", "open_archive", "open_desk", "resume", "transfer",
}  # fmt: skip
CLOSER = """
def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return sim * {factor}
"""


def vectors(texts: list[str]) -> np.ndarray:
    """Counts of the subjects' and verbs' letters: a function that anybody may bring."""
    return np.array([[text.count(word) + 0.01 * text.count(word[0]) for word in SUBJECTS + VERBS] for text in texts])


def tasks(n: int = 2) -> list[Task]:
    """Each subject with one question; its fifth document alone is relevant."""
    return [
        make_task(
            f"mine-{shift}",
            documents={
                f"{subject}-{number}": f"The {subject} {VERBS[(number + shift) % 5]} in {1900 + number}."
                for subject in SUBJECTS
                for number in range(5)
            },
            queries={subject: f"When was it that the {subject} {VERBS[(4 + shift) % 5]}?" for subject in SUBJECTS},
            judgments={subject: [f"{subject}-4"] for subject in SUBJECTS},
        )
        for shift in range(n)
    ]


@pytest.fixture
def mine(tmp_path: Path) -> dict[str, Any]:
    return {"encoder": FunctionEncoder(vectors, name="letters"), "tasks": tasks()}


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    return [f"archive.path={tmp_path / 'archive.db'}", f"cache.folder={tmp_path / 'cache'}", "search.generations=2"]


def test_the_public_names_are_these() -> None:
    assert set(harness.__all__) == PUBLIC
    assert set(harness._HOMES) == PUBLIC
    for name in PUBLIC:
        thing = getattr(harness, name)
        assert inspect.getdoc(thing), name


def test_the_names_for_type_checkers_are_those_that_load() -> None:
    (guarded,) = [
        node for node in ast.parse(Path(harness.__file__).read_text("utf-8")).body if isinstance(node, ast.If)
    ]
    named = {
        alias.asname or alias.name for node in guarded.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert named - {"TYPE_CHECKING"} == PUBLIC


def test_importing_is_light_and_rooms_do_not_hide_verbs() -> None:
    code = (
        "import sys, harness; light = not {'numpy', 'torch', 'pandas', 'typer', 'rich'} & set(sys.modules);"
        "import harness.transfer.matrix, harness.heads.job;"
        "print(light, callable(harness.transfer), callable(harness.heads))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True"]


def test_a_search_takes_an_encoder_tasks_and_a_function(mine: dict[str, Any], places: list[str]) -> None:
    heard: list[Briefing] = []

    def author(briefing: Briefing) -> str:
        heard.append(briefing)
        return CLOSER.format(factor=len(heard) + 1)

    run = harness.discover(*places, **mine, proposer=author)
    assert run.complete and len(heard) == 2 and heard[1].ledger
    assert [program.record.name for program in run.programs()][-2:] == [f"Program{b.number}" for b in heard]
    frame = run.frame()
    assert len(frame) == len(run.programs()) and {"id", "mean_delta", "cost_ratio"} <= set(frame.columns)
    per_query = run.frame(per_query=True)
    assert set(per_query.columns) == {"program", "task", "query", "cosine", "ndcg", "delta"}
    assert set(per_query["task"]) == {"mine-0", "mine-1"} and set(per_query["query"]) == set(SUBJECTS)
    front = run.frontier()
    assert front and "<table" in run._repr_html_()
    again = per_query[per_query["program"] == front[0].id].groupby("task")["delta"].mean().mean()
    assert again == pytest.approx(front[0].record.mean_delta, abs=1e-6)


def test_a_run_of_objects_is_resumed_with_the_same_objects_alone(mine: dict[str, Any], places: list[str]) -> None:
    seen: list[int] = []

    def author(briefing: Briefing) -> Proposal:
        seen.append(briefing.number)
        return Proposal(source=CLOSER.format(factor=briefing.number), name=f"Times{briefing.number}")

    stopped = harness.discover(*places, **mine, proposer=author, stopping=lambda: len(seen) > 0)
    assert not stopped.complete
    with pytest.raises(UsageError, match="mine-0, mine-1"):
        harness.resume(stopped)
    other = FunctionEncoder(lambda texts: vectors(texts) + 1, name="letters")
    with pytest.raises(JobError):
        harness.resume(stopped, encoder=other, tasks=mine["tasks"], proposer=author)
    ended = harness.resume(stopped, **mine, proposer=author)
    assert ended == stopped and ended.complete and len(seen) == 2


def test_a_program_is_measured_and_a_matrix_judged(mine: dict[str, Any], places: list[str], tmp_path: Path) -> None:
    source = CLOSER.format(factor=2)
    measured = harness.evaluate(source, *places, **mine)
    assert isinstance(measured, Evaluation) and measured.ok and measured.mean_delta == 0
    assert list(measured.frame()["task"]) == ["mine-0", "mine-1"]
    assert len(measured.frame(per_query=True)) == 2 * len(SUBJECTS) and "<table" in measured._repr_html_()
    assert measured.view()["costs"]["texts"] == measured.view()["costs"]["tokens"] == 1
    joined = "    embed_fn([' '.join(d_texts)])\n    return 2 * sim\n"
    long = harness.evaluate(source.replace("    return sim * 2\n", joined), *places, **mine).view()
    assert long["costs"]["tokens"] > long["costs"]["texts"] and long["flags"] == []
    refused = harness.evaluate("import os\n\n" + source, *places, **mine)
    assert not refused.ok and refused.violations and refused.frame().empty

    matrix = harness.transfer([source, "bm25_rrf"], *places, encoders=[mine["encoder"]], tasks=mine["tasks"])
    assert matrix.complete and len(matrix.frame()) == 4 and len(matrix.programs()) == 2 and matrix.frontier()
    assert len(matrix.frame(per_query=True)) == 4 * len(SUBJECTS) and "<table" in matrix._repr_html_()


def test_a_program_that_uses_its_batch_is_turned_down_before_other_tasks_are_run(
    mine: dict[str, Any], places: list[str]
) -> None:
    batch = CLOSER.format(factor="1 - sim.mean(axis=0)")
    refused = harness.evaluate(batch, *places, **mine)
    assert [outcome.verdict.value for outcome in refused.outcomes] == ["transductive"]
    assert refused.single is not None and refused.single.evaluation.audits == {"order and alone": 1}
    flagged = harness.evaluate(batch, *places, "program.transductive=flag", **mine)
    assert len(flagged.outcomes) == 2 and flagged.ok and "transductive" in flagged.view()["flags"]


def test_a_desk_is_asked_and_told(mine: dict[str, Any], places: list[str]) -> None:
    run = harness.discover(*places, "search.generations=0", **mine)
    assert "rerank" in harness.ask(run)
    with harness.open_desk(run, **mine) as desk:
        number = desk.number
        assert not desk.tell("I have no idea.").recorded and desk.number == number
        told = desk.tell(CLOSER.format(factor=3), "Three")
        assert told.recorded and "Three" in told.report and desk.number == number + 1
    assert run.programs()[-1].record.name == "Three"


def test_jobs_run_beside_the_main_thread_and_print_nothing(
    mine: dict[str, Any], places: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    ended: list[Run] = []
    steps: list[str] = []

    class Listening(Watcher):
        def program_recorded(self, row, verdict, best_delta, n_frontier) -> None:  # type: ignore[no-untyped-def]
            steps.append(row.id)

    thread = threading.Thread(
        target=lambda: ended.append(
            harness.discover(*places, **mine, watcher=Listening(), proposer=lambda b: "nothing")
        )
    )
    thread.start()
    thread.join(120)
    assert ended and ended[0].complete and len(steps) == len(ended[0].programs())
    said = capsys.readouterr()
    assert said.out == "" and said.err == ""


def test_a_bar_for_notebooks_counts_programs(
    mine: dict[str, Any], places: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with harness.Progress() as progress:
        run = harness.discover(*places, **mine, watcher=progress)
    assert run.id in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"tasks": []}, "task"),
        ({"tasks": tasks(1) + tasks(1)}, "mine-0"),
    ],
)
def test_wrong_objects_are_one_sentence(
    mine: dict[str, Any], places: list[str], wrong: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        harness.discover(*places, **{**mine, **wrong})


def test_settings_come_as_a_value_too(mine: dict[str, Any], places: list[str]) -> None:
    settings = harness.compose([*places, "search.generations=0"])
    assert harness.discover(settings, **mine).complete
    with pytest.raises(UsageError, match="not both"):
        harness.discover(settings, "search.generations=1", **mine)


def test_tasks_are_made_of_lists_mappings_and_dataframes() -> None:
    texts, asked = ["red apples", "blue sky", "green grass"], ["apple colour", "sky colour"]
    lists = make_task("t", documents=texts, queries=asked, judgments=[[0], 1])
    frames = make_task(
        "t",
        documents=pd.DataFrame({"id": ["0", "1", "2"], "text": texts}),
        queries=pd.DataFrame({"text": asked}),
        judgments=pd.DataFrame({"query-id": [0, 1], "corpus-id": ["0", "1"]}),
    )
    assert lists.fingerprint == frames.fingerprint
