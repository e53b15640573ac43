"""What a package tells of its program: where it comes from, its cost, and what was measured."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archive import Archive
from harness.cli import app
from harness.cli.matrices import run_transfer
from harness.cli.outputs import Outputs
from harness.errors import UsageError
from harness.export.facts import gather
from harness.export.package import slug, write_package
from harness.search.runs import start
from harness.settings import compose


def test_an_archived_program_brings_its_run_and_its_held_out_cells(tmp_path: Path, quick: list[str]) -> None:
    archive_path = str(tmp_path / "archive.db")
    settings = ["encoder=wordllama", *quick[1:], "search.generations=0"]
    assert start(compose([*settings, "tasks.names=[task-0,task-1]"])).complete
    with Archive.open(archive_path, read_only=True) as archive:
        run_id = archive.runs()[0].id
        program = next(one for one in archive.programs(run_id) if one.record.name == "first_sentence")
    assert run_transfer([program.id, *quick, "tasks.names=[task-1,task-2]"], Outputs())

    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["export", program.id, "--archive", archive_path, "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["package"] == "ttc_first_sentence"

    facts = json.loads((out / "src" / "ttc_first_sentence" / "facts.json").read_text())
    assert facts["cost_ratio"] == program.record.cost_ratio == pytest.approx(1 + 8 / 48)
    deltas = {outcome.task: outcome.delta for outcome in program.record.outcomes}
    assert {cell["task"]: cell["delta"] for cell in facts["cells"] if not cell["held_out"]} == deltas
    assert [cell["task"] for cell in facts["cells"] if cell["held_out"]] == ["task-2"]
    readme = (out / "README.md").read_text()
    assert program.id in readme and "c = 1.17 over the 2 tasks of its run" in readme
    assert program.record.mean_delta is not None
    mean = round(program.record.mean_delta, 4) + 0.0  # no minus before a zero
    assert f"mean {mean:+.4f}, n = 2 cells" in readme and "Apache-2.0" in readme
    assert "Apache License" in (out / "LICENSE").read_text()


def test_a_program_that_nobody_measured_says_so(tmp_path: Path) -> None:
    write_package(gather("bm25", str(tmp_path / "absent.db")), tmp_path / "out")
    readme = (tmp_path / "out" / "README.md").read_text()
    assert "Not measured." in readme and "Nothing: no measurement" in readme


@pytest.mark.parametrize("source", ["def rerank(:\n", "import os\n"])
def test_a_program_that_could_not_be_run_is_refused(tmp_path: Path, source: str) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(source)
    with pytest.raises(UsageError, match="Program bad breaks a static rule"):
        gather(str(bad), str(tmp_path / "archive.db"))


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("dear")
    with pytest.raises(UsageError, match="is not empty"):
        write_package(gather("bm25", "absent.db"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_hostile_name_stays_within_its_place(tmp_path: Path) -> None:
    own = tmp_path / '..“”"$x" #.py'
    own.write_text("def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim\n")
    package = write_package(gather(str(own), "absent.db"), tmp_path / "out")
    assert package == "ttc_x"
    init = (tmp_path / "out" / "src" / package / "__init__.py").read_text()
    compile(init, "init", "exec")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("CrossRoundRRF", "cross_round_rrf"), ("Dodeca-v077", "dodeca_v077"), ("…", "program"), ("a" * 99, "a" * 40)],
)
def test_names_become_identifiers(name: str, expected: str) -> None:
    assert slug(name) == expected
