"""Heads start as the encoder, learn from training queries alone, and are judged in the programs' tables."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from archive import Archive, HeldOut
from harness.cli import app
from harness.cli.matrices import run_heads
from harness.cli.outputs import Outputs
from harness.encoders.cached import CachedEncoder
from harness.encoders.matryoshka import unit_rows
from harness.errors import UsageError
from harness.evaluation.measures import NDCG_AT_10, Judgments
from harness.heads.models import KINDS, make_head
from harness.heads.split import split_by_query
from harness.heads.training import TrainedHead, TrainingTask, info_nce, prepare_training, train_head
from harness.settings.heads import HeadsSettings
from harness.tasks.folder import load_folder
from harness.tasks.task import make_task
from tests.harness.small_tasks import write_task

SMALL = HeadsSettings(rank=4, hidden=8, epochs=30, patience=30)


@pytest.mark.parametrize("kind", KINDS)
def test_an_untrained_head_is_the_bare_encoder(kind: str) -> None:
    vectors = np.random.default_rng(0).normal(size=(5, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    head = TrainedHead(make_head(kind, 16, SMALL, torch.Generator().manual_seed(0)), 0, 0)
    np.testing.assert_allclose(head.apply(vectors), vectors, atol=1e-6)


def test_an_unknown_head_is_refused() -> None:
    with pytest.raises(UsageError, match="There is no head 'cubic'"):
        make_head("cubic", 16, SMALL, torch.Generator())


def test_the_split_is_by_query_and_keeps_every_document(tmp_path: Path) -> None:
    task = load_folder(write_task(tmp_path / "task", 0))
    split = split_by_query(task, seed=0)
    assert split is not None
    parts = [set(part.queries) for part in (split.train, split.validation, split.test)]
    assert all(parts) and set.union(*parts) == set(task.queries) and sum(map(len, parts)) == len(task.queries)
    assert all(part.documents == task.documents for part in (split.train, split.validation, split.test))
    assert split_by_query(task, seed=0) == split != split_by_query(task, seed=1)
    few = make_task(
        name="few", source="test", queries={"q": "a"}, documents={"d": "b"}, qrels={"q": {"d": 1}}
    )  # fmt: skip
    assert split_by_query(few, seed=0) is None


def test_the_loss_equals_a_loop_and_spares_other_relevant_documents() -> None:
    rng = np.random.default_rng(1)
    queries, documents = (unit_rows(rng.normal(size=(n, 6)).astype(np.float32)) for n in (3, 7))
    relevant = np.zeros((3, 7), dtype=bool)
    relevant[[0, 1, 2], [0, 1, 2]] = True
    relevant[0, 4] = True
    hard = np.array([[3], [4], [3]])
    task = TrainingTask(queries, documents, relevant, hard, queries, Judgments({"q": {"d": 1}}, ["q"], ["d"]))

    def loop(positives: list[int]) -> float:
        columns = sorted({*positives, 3, 4})
        losses = []
        for row, positive in enumerate(positives):
            kept = [column for column in columns if column == positive or not relevant[row, column]]
            logits = {column: float(queries[row] @ documents[column]) / 0.1 for column in kept}
            losses.append(np.log(sum(np.exp(value) for value in logits.values())) - logits[positive])
        return float(np.mean(losses))

    head = make_head("linear", 6, SMALL, torch.Generator())
    found = info_nce(head, task, np.arange(3), 0.1, torch.Generator().manual_seed(0)).item()
    assert any(found == pytest.approx(loop([first, 1, 2]), rel=1e-5) for first in (0, 4))


@pytest.mark.parametrize("kind", KINDS)
def test_training_learns_what_training_queries_teach_and_repeats_itself(
    kind: str, tmp_path: Path, cached_wordllama: CachedEncoder
) -> None:
    split = split_by_query(load_folder(write_task(tmp_path / "task", 0)), seed=0)
    assert split is not None
    task = prepare_training(split, cached_wordllama, n_hard=4)
    first, second = (train_head(kind, [task], SMALL, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.apply(task.documents), second.apply(task.documents))
    assert 0 <= first.best_epoch <= first.epochs <= SMALL.epochs
    before = NDCG_AT_10.per_query(task.validation_queries @ task.documents.T, task.validation).mean()
    applied = first.apply(task.validation_queries) @ first.apply(task.documents).T
    after = NDCG_AT_10.per_query(applied, task.validation).mean()
    assert first.best_epoch > 0 and after > before

    def loss(head: torch.nn.Module) -> float:
        return info_nce(head, task, np.arange(len(task.queries)), 0.05, torch.Generator().manual_seed(0)).item()

    untrained = make_head(kind, task.documents.shape[1], SMALL, torch.Generator().manual_seed(3))
    assert loss(first.module) < loss(untrained)


def test_heads_stand_beside_programs_and_no_cell_is_evaluated_twice(
    tmp_path: Path, quick: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bm25", *quick, "tasks.names=[task-0,task-1]", "heads.kinds=[linear]", "heads.seeds=1", "heads.epochs=3"]
    paths = next(word for word in quick if word.startswith("tasks.paths="))
    held_out = ["tasks=folder", paths, "tasks.names=[task-2]"]
    assert run_heads(words, held_out, Outputs(as_json=True, csv=tmp_path / "h.csv"))
    views = json.loads(capsys.readouterr().out)
    assert {name: [row["n"] for row in view["programs"]] for name, view in views.items()} == {
        "seen": [2, 2],
        "in-domain": [2, 2],
        "held-out": [1, 1],
    }
    head = [cell for cell in views["in-domain"]["cells"] if cell["program"].startswith("head")]
    assert all(cell["in_search"] and cell["texts"] == 0 for cell in head)
    assert all((tmp_path / f"h-{part}.csv").exists() for part in ("seen", "in-domain", "held-out"))
    for view in views.values():
        (less,) = view["programs_less_heads"]
        means = [row["mean"] for row in view["programs"]]
        assert (less["program"], less["kind"], less["seeds"]) == ("bm25", "linear", 1)
        assert less["difference"] == pytest.approx(means[0] - means[1], abs=1e-6)

    with Archive.open(tmp_path / "archive.db") as archive:
        before = [cell.created for cell in HeldOut(archive).cells()]
    assert run_heads(words, held_out, Outputs(as_json=True))
    told = capsys.readouterr()
    assert "epochs" not in told.err and json.loads(told.out) == views
    with Archive.open(tmp_path / "archive.db") as archive:
        assert [cell.created for cell in HeldOut(archive).cells()] == before


def test_gains_on_queries_seen_and_unseen_are_told_apart_with_intervals(
    quick: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bm25", *quick, "tasks.names=[task-0,task-1]", "heads.kinds=[linear]", "heads.seeds=2", "heads.epochs=3"]
    paths = next(word for word in quick if word.startswith("tasks.paths="))
    run_heads(words, ["tasks=folder", paths, "tasks.names=[task-2]"], Outputs())
    told = capsys.readouterr().out
    summary, _, rest = told.partition("\nseen: ")
    assert all(name in summary for name in ("seen", "in-domain", "held-out", "bm25", "head linear, seed 1"))
    assert "its intervals are over the queries of these tasks" in summary
    assert rest.count("Mean delta of a program less that of heads") == 3
    assert "linear (mean of 2 seeds)" in rest


def test_cost_is_told_on_the_axis_asked_for(quick: list[str]) -> None:
    words = [
        "first_sentence",
        *quick,
        "tasks.names=[task-0]",
        "heads.kinds=[linear]",
        "heads.seeds=1",
        "heads.epochs=2",
    ]
    paths = next(word for word in quick if word.startswith("tasks.paths="))
    held_out = ["--held-out", "tasks=folder", "--held-out", paths, "--held-out", "tasks.names=[task-2]"]
    asked = ["heads", *words, *held_out, "--cost", "tokens"]
    shown = CliRunner().invoke(app, asked)
    assert shown.exit_code == 0 and shown.stdout.count("c: cost ratio in tokens") == 3
    found = CliRunner().invoke(app, [*asked, "--json"])
    program, head = json.loads(found.stdout)["held-out"]["programs"]
    assert program["cost_tokens"] != pytest.approx(program["cost_ratio"], abs=0.01)
    lines = [re.split(r"\s{2,}", line.strip()) for line in shown.stdout.rpartition("held-out:")[2].splitlines()]
    heading = next(cells for cells in lines if cells[0] == "program")
    row = next(cells for cells in lines if cells[0] == "first_sentence")
    assert row[heading.index("c")] == f"{program['cost_tokens']:.2f}"
    assert head["program_seconds"] > 0


def test_a_task_cannot_be_trained_on_and_held_out(quick: list[str]) -> None:
    paths = next(word for word in quick if word.startswith("tasks.paths="))
    with pytest.raises(UsageError, match="both trained on and held out"):
        run_heads(quick, ["tasks=folder", paths], Outputs())


def test_encoders_of_another_width_are_refused(quick: list[str]) -> None:
    paths = next(word for word in quick if word.startswith("tasks.paths="))
    words = ["encoders=[wordllama,minilm]", *quick[1:], "tasks.names=[task-0]"]
    with pytest.raises(UsageError, match="256 wide"):
        run_heads(words, ["tasks=folder", paths, "tasks.names=[task-2]"], Outputs())
