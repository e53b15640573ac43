"""What a search has seen is known by its texts in every verb, whatever folder, id or sample they come in."""

import json
from pathlib import Path

import pytest

from archive import Archive
from harness.cli.matrices import run_heads, run_transfer
from harness.cli.outputs import Outputs
from harness.errors import UsageError
from harness.evaluation.watcher import Watcher
from harness.export.facts import gather
from harness.report.data import transfer_data
from harness.search.runs import start
from harness.settings import compose
from harness.tasks.folder import load_folder


class Listener(Watcher):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def noted(self, text: str) -> None:
        self.told.append(text)


def rewrite(folder: Path, target: Path, *, documents: int, queries: int) -> Path:
    """Texts of a task under new ids, in capitals, among 20 documents and 8 queries of its own."""
    task = load_folder(folder)
    kept = dict(list(task.queries.items())[:queries])
    texts = {name: task.documents[name] for judged in kept for name in task.qrels[judged]}
    texts |= dict(list(task.documents.items())[:documents])
    (target / "qrels").mkdir(parents=True)
    own = {f"new-{name}": text.upper() for name, text in texts.items()} | {
        f"own-{number}": f"Something else, number {number} of {target.name}." for number in range(20)
    }
    asked = {f"new-{name}": text.upper() for name, text in kept.items()} | {
        f"own-{number}": f"What else is there in {target.name} about {number}?" for number in range(8)
    }
    for name, rows in (("corpus", own), ("queries", asked)):
        lines = (json.dumps({"_id": key, "text": text}) for key, text in rows.items())
        (target / f"{name}.jsonl").write_text("\n".join(lines))
    judged = [f"new-{query}\tnew-{name}\t1" for query in kept for name in task.qrels[query]]
    judged += [f"own-{number}\town-{number}\t1" for number in range(8)]
    (target / "qrels" / "test.tsv").write_text("\n".join(judged))
    return target


@pytest.fixture
def words(tmp_path: Path, quick: list[str]) -> list[str]:
    """Settings whose tasks are task-0, its twin (all documents), and its cousin (a few documents and queries)."""
    twin = rewrite(tmp_path / "task-0", tmp_path / "twin", documents=40, queries=1)
    cousin = rewrite(tmp_path / "task-0", tmp_path / "cousin", documents=6, queries=2)
    own = [word for word in quick if not word.startswith("tasks.paths=")]
    return [*own, f"tasks.paths=[{tmp_path / 'task-0'},{tmp_path / 'task-1'},{twin},{cousin}]"]


def test_renamed_and_sampled_texts_that_a_run_searched_on_are_not_held_out(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    search = ["encoder=wordllama", *words[1:], "search.generations=0", "tasks.names=[task-0]", "tasks.max_queries=5"]
    assert start(compose(search)).complete
    with Archive.open(tmp_path / "archive.db") as archive:
        (run,) = archive.runs()
        (program,) = [one for one in archive.programs(run.id) if one.record.name == "identity"]
        (task,) = archive.searched_by(run.id).tasks
        assert task.content is not None and len(task.content.queries) == 5 * 8
    assert run_transfer([program.id, *words], Outputs(as_json=True))
    cells = {cell["task"]: cell for cell in json.loads(capsys.readouterr().out)["cells"]}
    assert {name: cell["in_search"] for name, cell in cells.items()} == {
        "task-0": True,
        "twin": True,
        "cousin": False,
        "task-1": False,
    }
    assert (cells["twin"]["shared_documents"], cells["task-1"]["shared_documents"]) == (1, 0)
    assert 0 < cells["cousin"]["shared_documents"] < 0.5
    assert run_transfer([program.id, *words], Outputs())
    told = capsys.readouterr().out
    assert (
        "NOT held out, since the program's own search ran on the texts: 2 cells." in told
        and "half: 1 cell, at most" in told
    )
    assert "by name and fingerprint" not in told

    export = gather(program.id, str(tmp_path / "archive.db"))
    exported = {cell.task: cell for cell in export.cells}
    assert not exported["twin"].held_out and exported["cousin"].held_out
    assert "of documents with the search" in exported["cousin"].shared and exported["task-1"].shared == ""

    with Archive.open(tmp_path / "archive.db") as archive:  # as an older version has left it
        archive.db.execute("DELETE FROM task_content WHERE fingerprint = ?", [task.fingerprint])
    assert run_transfer([program.id, *words], Outputs())
    told = capsys.readouterr().out
    assert "the texts: 1 cell." in told and "by name and fingerprint alone: 4 cells;" in told


def test_a_page_leaves_out_what_a_writing_run_has_seen(tmp_path: Path, words: list[str]) -> None:
    settings = compose(["encoder=wordllama", *words[1:], "search.generations=1", "tasks.names=[task-0]"])
    settings.proposer.kind = "recombine"
    assert start(settings).complete
    with Archive.open(tmp_path / "archive.db") as archive:
        written = archive.programs(archive.runs()[0].id)[-1]
        assert written.record.generation == 1
    assert run_transfer([written.id, *words], Outputs())
    with Archive.open(tmp_path / "archive.db") as archive:
        (shown,) = transfer_data(archive)
    assert {cell["task"] for cell in shown["cells"]} == {"cousin", "task-1"}
    assert {cell["task"] for cell in shown["cells"] if cell["shared"]} == {"cousin"}


def test_a_search_refuses_the_texts_of_a_held_out_task_under_another_name(tmp_path: Path, words: list[str]) -> None:
    assert run_transfer(["identity", *words, "tasks.names=[twin]", "tasks.held_out=true"], Outputs())
    search = ["encoder=wordllama", *words[1:], "search.generations=0"]
    with pytest.raises(UsageError, match=r"task-0 cannot be part .* 100% of documents with twin, which this archive"):
        start(compose([*search, "tasks.names=[task-1,task-0]"]))
    listener = Listener()
    assert start(compose([*search, "tasks.names=[task-1,cousin]"]), watcher=listener).complete
    assert any("Task cousin shares" in sentence and "held-out task twin" in sentence for sentence in listener.told)


def test_heads_are_not_judged_on_the_texts_that_trained_them(words: list[str]) -> None:
    paths = next(word for word in words if word.startswith("tasks.paths="))
    trained = [*words, "tasks.names=[task-0]", "heads.kinds=[linear]", "heads.seeds=1", "heads.epochs=1"]
    with pytest.raises(UsageError, match="Task twin is both trained on and held out"):
        run_heads(trained, ["tasks=folder", paths, "tasks.names=[twin]"], Outputs())
