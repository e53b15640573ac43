"""What a package tells of its program: where it comes from, its cost, and what was measured."""

import json
import sqlite3
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from archive import Archive
from harness.cli import app
from harness.cli.matrices import run_transfer
from harness.cli.outputs import Outputs
from harness.encoders.load import load_encoder
from harness.encoders.open_model import open_model
from harness.encoders.protocol import QUERY
from harness.errors import UsageError
from harness.export.encoder_facts import of_settings
from harness.export.facts import ProgramFacts, gather
from harness.export.package import slug, write_package
from harness.export.standalone.faults import RetrieverError
from harness.export.standalone.opening import open_encoder
from harness.search.runs import start
from harness.settings import compose
from harness.settings.encoder import EncoderSettings

WORDLLAMA = EncoderSettings(model="wordllama", batch_size=1024)


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
    assert facts["costs"]["texts"] == program.record.cost_ratio == pytest.approx(1 + 8 / 48)
    assert facts["encoder"]["name"] == "wordllama" and facts["encoder"]["settings"]["batch_size"] == 1024
    deltas = {outcome.task: outcome.delta for outcome in program.record.outcomes}
    assert {cell["task"]: cell["delta"] for cell in facts["cells"] if not cell["held_out"]} == deltas
    assert [cell["task"] for cell in facts["cells"] if cell["held_out"]] == ["task-2"]
    readme = (out / "README.md").read_text()
    assert program.id in readme and "Measured over 2 tasks of its run" in readme
    assert "| texts encoded | 1.17 times |" in readme and "| tokens read |" in readme and "processor seconds" in readme
    assert program.record.mean_delta is not None
    mean = round(program.record.mean_delta, 4) + 0.0  # no minus before a zero
    assert f"mean {mean:+.4f}, n = 2 cells" in readme and "Apache-2.0" in readme
    assert "Apache License" in (out / "LICENSE").read_text()


def test_a_program_that_nobody_measured_says_so(tmp_path: Path) -> None:
    write_package(gather("bm25", str(tmp_path / "absent.db"), WORDLLAMA), tmp_path / "out")
    readme = (tmp_path / "out" / "README.md").read_text()
    assert "Not measured." in readme and "Nothing: no measurement" in readme
    assert "not audited: determinism, order and alone, routing, quotation" in readme and "runs unconfined" in readme


def flagged(facts: ProgramFacts, *flags: str) -> ProgramFacts:
    return replace(facts, flags=flags, written_by="a machine")


@pytest.mark.parametrize("flag", ["transductive", "order_dependent", "nondeterministic", "routes", "quotes_texts"])
def test_what_speaks_against_a_program_is_no_secret(tmp_path: Path, flag: str) -> None:
    facts = flagged(gather("bm25", "absent.db", WORDLLAMA), flag, "long_texts")
    with pytest.raises(UsageError, match=rf"{flag}: .*--anyway"):
        write_package(facts, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    write_package(facts, tmp_path / "out", anyway=True)
    readme = (tmp_path / "out" / "README.md").read_text()
    assert f"Against it speaks {flag}" in readme and f"Flags: {flag}, long_texts." in readme
    assert "written by a machine" in readme


def test_an_archived_source_that_was_changed_is_refused(tmp_path: Path, quick: list[str]) -> None:
    archive_path = tmp_path / "archive.db"
    settings = ["encoder=wordllama", *quick[1:], "search.generations=0", "tasks.names=[task-0]"]
    assert start(compose(settings)).complete
    for changed, said in (
        ("def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return -sim\n", "its hash"),
        ("import os\n", "static rule"),
    ):
        with sqlite3.connect(archive_path) as connection:
            connection.execute("UPDATE sources SET source = ?", (changed,))
        with Archive.open(str(archive_path), read_only=True) as archive:
            program = archive.programs(archive.runs()[0].id)[1]
        with pytest.raises(UsageError, match=said):
            gather(program.id, str(archive_path))


def test_an_encoder_of_the_run_is_carried_with_all_that_decides_a_vector(tmp_path: Path, quick: list[str]) -> None:
    own = ["encoder=wordllama", "encoder.dim=64", "encoder.max_tokens=9", "encoder.prompts.query='find: '"]
    assert start(compose([*own, *quick[1:], "search.generations=0", "tasks.names=[task-0]"])).complete
    archive_path = str(tmp_path / "archive.db")
    with Archive.open(archive_path, read_only=True) as archive:
        run = archive.runs()[0]
        program = next(one for one in archive.programs(run.id) if one.record.name == "first_sentence")
    facts = asdict(gather(program.id, archive_path).encoder)
    encoder = open_encoder(facts)
    assert encoder.fingerprint == run.record.encoder["fingerprint"] and encoder.dim == 64
    ours = load_encoder(compose(own).encoder)
    texts = ["a text that is longer than nine tokens are", "short"]
    np.testing.assert_array_equal(encoder.encode(texts, QUERY), ours.encode(texts, QUERY))
    for name, other in (("prompts", {}), ("dim", 128), ("max_tokens", None)):
        with pytest.raises(RetrieverError, match="another model"):
            open_encoder({**facts, "settings": {**facts["settings"], name: other}})
    with pytest.raises(RetrieverError, match="another model"):
        open_encoder(facts, open_model(EncoderSettings(model="minilm")).model)


def test_what_must_be_installed_is_what_the_encoder_needs() -> None:
    light = of_settings(WORDLLAMA).requirements
    assert "wordllama==0.4.0.post1" in light and not any("torch" in one or "transformers" in one for one in light)
    heavy = of_settings(EncoderSettings(model="wordllama", dtype="float16")).requirements
    assert any(one.startswith("sentence-transformers") for one in heavy)


@pytest.mark.parametrize("source", ["def rerank(:\n", "import os\n"])
def test_a_program_that_could_not_be_run_is_refused(tmp_path: Path, source: str) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(source)
    with pytest.raises(UsageError, match="Program bad breaks a static rule"):
        gather(str(bad), str(tmp_path / "archive.db"))


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("dear")
    with pytest.raises(UsageError, match="is not empty"):
        write_package(gather("bm25", "absent.db", WORDLLAMA), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_hostile_name_stays_within_its_place(tmp_path: Path) -> None:
    own = tmp_path / '..“”"$x" #.py'
    own.write_text("def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim\n")
    package = write_package(gather(str(own), "absent.db", WORDLLAMA), tmp_path / "out")
    assert package == "ttc_x"
    init = (tmp_path / "out" / "src" / package / "__init__.py").read_text()
    compile(init, "init", "exec")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("CrossRoundRRF", "cross_round_rrf"), ("Dodeca-v077", "dodeca_v077"), ("…", "program"), ("a" * 99, "a" * 40)],
)
def test_names_become_identifiers(name: str, expected: str) -> None:
    assert slug(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a_" + "b" * 60, "a_" + "b" * 38),
        ("a" * 19 + "_" + "b" * 60, "a" * 19 + "_" + "b" * 20),
        ("a" * 20 + "_" + "b" * 60, "a" * 20),
        ("a" * 40 + "_b", "a" * 40),
    ],
)
def test_a_long_name_is_cut_between_words_where_enough_stays(name: str, expected: str) -> None:
    assert slug(name) == expected
