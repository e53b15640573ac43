"""A real run written to a folder to give away: whole, readable by every verb, and refused where it would leak."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from archive import Archive
from harness.api import discover, transfer
from harness.errors import JobError, UsageError
from harness.publication.publish import Terms, publish
from harness.results import Run
from harness.search.runs import continue_run
from harness.tasks.folder import load_folder
from tests.harness.cli.conftest import Run as Verb
from tests.harness.cli.conftest import ttc

__all__ = ["ttc"]


@pytest.fixture
def ended(quick: list[str], tmp_path: Path) -> Run:
    with (tmp_path / "task-0" / "qrels" / "test.tsv").open("a") as judgments:
        judgments.write("\nq-violin\tgone\t1")
    return discover(*_words(quick), "proposer=recombine", "search.generations=2", "tasks.names=[task-0,task-1]")


def test_the_folder_is_whole_and_every_verb_reads_it(ended: Run, tmp_path: Path, ttc: Verb) -> None:
    folder = tmp_path / "given"
    done = publish(str(ended.archive), "latest", folder, Terms("CC0-1.0", ("Ada Lovelace",)))
    assert sorted(path.name for path in folder.iterdir()) == [
        "CITATION.cff", "FINDINGS.md", "LICENSE", "README.md", "report.html", "run.db",
    ]  # fmt: skip
    assert done.programs == len(ended.programs()) and done.run_id == ended.id
    code, told, _ = ttc("runs", "--json", "--archive", str(folder / "run.db"))
    assert code == 0 and json.loads(told)[0]["id"] == ended.id
    code, told, _ = ttc("frontier", "--json", "--archive", str(folder / "run.db"))
    assert [row["id"] for row in json.loads(told)] == [one.id for one in ended.frontier()]
    cited = yaml.safe_load((folder / "CITATION.cff").read_text())
    assert cited["authors"] == [{"name": "Ada Lovelace"}] and cited["license"] == "CC0-1.0"
    assert "CC0 1.0 Universal" in (folder / "LICENSE").read_text()
    assert ended.id in (folder / "report.html").read_text()
    assert [path.name for path in tmp_path.glob("given*")] == ["given"]


def test_readme_and_findings_tell_the_runs_own_figures(ended: Run, tmp_path: Path) -> None:
    publish(str(ended.archive), "latest", tmp_path / "given", Terms())
    page, tables = ((tmp_path / "given" / name).read_text() for name in ("README.md", "FINDINGS.md"))
    encoder, looks = ended.row.record.encoder, [one for one in ended.programs() if one.record.mean_delta is not None]
    assert f"fingerprint `{encoder['fingerprint']}`" in page and f"**{len(looks)} looks**" in page
    assert all(f"`{task.fingerprint}`" in page for task in ended.row.record.tasks)
    told = "Task task-0: judgments of documents that are not there, which nobody finds: 1 (first gone)."
    assert ended.row.record.tasks[0].notes == [told] and ended.row.record.tasks[1].notes == []
    assert f"* {told}\n" in page
    assert "$" not in page.replace("$0", "") and "search.generations=2" in page
    best = max(ended.frontier(), key=lambda one: one.record.mean_delta or 0.0)
    (row,) = [line for line in tables.splitlines() if line.startswith("| best |")]
    assert f"| {best.number} " in row and f"{best.record.mean_delta:+.4f}" in row
    assert "no held-out cell" in tables


def test_flags_and_failures_are_told_and_names_cannot_break_a_table(ended: Run, tmp_path: Path) -> None:
    with Archive.open(ended.archive) as archive, archive.writing() as connection:
        connection.execute("UPDATE programs SET flags = '[\"transductive\"]', name = 'a | <b>' WHERE number IN (4, 5)")
        connection.execute("UPDATE programs SET model = 'some-model', verdict = 'timeout' WHERE number = 5")
    publish(str(ended.archive), "latest", tmp_path / "given", Terms())
    page = (tmp_path / "given/README.md").read_text()
    assert "2 programs carry the flag transductive: 4 a \\| \\<b\\>, 5 a \\| \\<b\\>." in page
    assert "by some-model." in page and "1 timeout" in page


def test_held_out_cells_go_with_it(ended: Run, quick: list[str], tmp_path: Path) -> None:
    matrix = transfer([ended.frontier()[-1].id], *_words(quick), f"tasks.paths=[{tmp_path / 'task-2'}]", "tasks=folder")
    publish(str(ended.archive), "latest", tmp_path / "given", Terms())
    _, _, told = (tmp_path / "given/FINDINGS.md").read_text().partition("## Held out")
    (row,) = matrix.programs()
    assert f"| 1 | {row.summary.mean:+.4f} |" in told and "wordllama" in told


def test_a_folder_that_is_there_is_left_alone(ended: Run, tmp_path: Path) -> None:
    (tmp_path / "given").mkdir()
    with pytest.raises(UsageError, match="already; name another folder with --out"):
        publish(str(ended.archive), "latest", tmp_path / "given", Terms())
    assert not list((tmp_path / "given").iterdir())


def test_tasks_that_are_gone_are_told_with_the_way_out(ended: Run, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("task-0", "task-1"):
        shutil.move(tmp_path / name, moved / name)
    with pytest.raises(JobError, match=r'cannot be checked without them .*ttc publish \w+ "tasks.paths=\[FOLDER\]"'):
        publish(str(ended.archive), "latest", tmp_path / "given", Terms())
    assert not (tmp_path / "given").exists()
    places = f"tasks.paths=[{moved / 'task-0'},{moved / 'task-1'}]"
    assert publish(str(ended.archive), "latest", tmp_path / "given", Terms(), [places]).programs


@pytest.mark.parametrize(("leak", "said"), [("quote", "lesson of .* quotes a collection"), ("key", "like a key")])
def test_nothing_is_left_of_a_run_that_leaks(ended: Run, tmp_path: Path, leak: str, said: str) -> None:
    document = max(load_folder(tmp_path / "task-0").documents.values(), key=len)
    with Archive.open(ended.archive) as archive, archive.writing() as connection:
        lesson = f"as in: {document}" if leak == "quote" else "I used sk-" + "a1" * 20
        connection.execute("UPDATE programs SET lesson = ? WHERE number = 4", (lesson,))
    with pytest.raises(JobError, match=said):
        publish(str(ended.archive), "latest", tmp_path / "given", Terms())
    assert not list(tmp_path.glob("given*"))


def test_a_licence_that_is_not_here_is_refused(ended: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"choose from Apache-2\.0, CC0-1\.0"):
        publish(str(ended.archive), "latest", tmp_path / "given", Terms("MIT"))


def test_a_longer_run_is_another_folder(ended: Run, tmp_path: Path) -> None:
    first = publish(str(ended.archive), "latest", tmp_path / "first", Terms())
    continue_run(str(ended.archive), ended.id, ["search.generations=3"])
    assert publish(str(ended.archive), "latest", tmp_path / "second", Terms()).programs == first.programs + 1


def _words(quick: list[str]) -> list[str]:
    return [*(word for word in quick if not word.startswith("encoders=")), "encoder=wordllama"]
