"""A transfer is resumed after a kill, touches a cell once, and writes what it says."""

import csv
import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from archive import Archive, ArchiveError, Cell, HeldOut
from harness.cli.matrices import run_transfer
from harness.cli.outputs import Outputs
from harness.encoders.load import load_encoder
from harness.errors import UsageError
from harness.programs import inline
from harness.transfer.request import read_request

PROGRAMS = ("soft_centroid", "bm25_rrf", "first_sentence")


def cells(folder: Path) -> list[Cell]:
    with Archive.open(folder / "archive.db", read_only=True) as archive:
        return HeldOut(archive).cells()


def test_a_killed_transfer_goes_on_and_no_cell_is_evaluated_twice(
    tmp_path: Path, quick: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "transfer", *PROGRAMS, *quick, "executor.workers=1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for _ in range(4):  # the encoder, then three cells
        assert process.stderr.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    before = cells(tmp_path)
    assert len(before) >= 3

    assert run_transfer([*PROGRAMS, *quick], Outputs(as_json=True))
    after = cells(tmp_path)
    assert len(after) == 9 and {cell.attempt for cell in after} == {1}
    assert {cell.created for cell in before} <= {cell.created for cell in after}
    told = capsys.readouterr()
    assert f"{9 - len(before)} cell" in told.err

    view = json.loads(told.out)
    for program in view["programs"]:
        deltas = [cell["delta"] for cell in view["cells"] if cell["program"] == program["program"]]
        assert program["n"] == len(program["cells"]) == len(deltas) == 3
        assert program["mean"] == pytest.approx(sum(deltas) / 3)
    assert [pair["n"] for pair in view["pairs"]] == [3, 3, 3]
    assert [oracle["oracle"] for oracle in view["oracles"]] == [True, True]


def test_a_second_evaluation_is_asked_for_and_recorded_as_such(
    tmp_path: Path, quick: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["soft_centroid", *quick, "tasks.names=[task-1]"]
    assert run_transfer(asked, Outputs())
    assert run_transfer(asked, Outputs())
    assert "0 cells to evaluate" in capsys.readouterr().err
    assert run_transfer(asked, Outputs(), again=True)
    assert "Evaluated more than once: 1 cell;" in capsys.readouterr().out
    first, second = cells(tmp_path)
    assert (first.attempt, second.attempt) == (1, 2)
    assert first.record.outcome.score_hash == second.record.outcome.score_hash


def test_a_changed_primitive_makes_another_cell_and_the_older_one_is_no_part_of_the_figures(
    tmp_path: Path, quick: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["bm25_rrf", "identity", *quick, "tasks.names=[task-1]"]
    assert run_transfer(asked, Outputs())
    definitions, imports = inline._library()
    known = definitions["lexical_index"]
    changed = replace(known, text=known.text + "\n    # not the same\n    pass")
    monkeypatch.setattr(inline, "_library", lambda: ({**definitions, "lexical_index": changed}, imports))
    assert run_transfer(asked, Outputs())
    told = capsys.readouterr()
    assert "1 cell to evaluate" in told.err
    assert "Evaluated more than once" not in told.out
    assert sorted(cell.record.program for cell in cells(tmp_path)) == ["bm25_rrf", "bm25_rrf", "identity"]


def test_two_processes_do_not_evaluate_the_same_cells(tmp_path: Path, quick: list[str]) -> None:
    with Archive.open(tmp_path / "archive.db") as archive:
        fingerprint = load_encoder(read_request(["identity", *quick]).settings.encoder).fingerprint
        with (
            archive.held(f"cells-{fingerprint[:8]}", "no"),
            pytest.raises(ArchiveError, match="Another process evaluates held-out cells with wordllama"),
        ):
            run_transfer(["identity", *quick], Outputs())


def test_a_failing_program_has_a_verdict_and_no_number_anywhere(
    tmp_path: Path, quick: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim[:, 1:]\n")
    table, latex, picture = (tmp_path / name for name in ("m.csv", "m.tex", "m.svg"))
    assert run_transfer([str(broken), "bm25_rrf", *quick], Outputs(csv=table, latex=latex, heatmap=picture))
    assert capsys.readouterr().out.count("no result: broken, wordllama") == 3
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 6
    for row in rows:
        assert (row["delta"] == "") == (row["program"] == "broken")
        assert row["verdict"] == ("bad_shape" if row["program"] == "broken" else "ok")
    assert r"bm25\_rrf & 1.00 & 3 &" in latex.read_text() and "broken" not in latex.read_text()
    assert "<svg" in picture.read_text()


def test_equal_sources_are_one_program_and_equal_names_are_told_apart(tmp_path: Path, quick: list[str]) -> None:
    own = tmp_path / "bm25.py"
    own.write_text("def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim * sim\n")
    request = read_request(["bm25", "bm25", str(own), *quick])
    assert [program.name for program in request.programs] == ["bm25", "bm25 (2)"]


def test_a_program_that_breaks_a_rule_is_refused_before_anything_runs(tmp_path: Path, quick: list[str]) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("import os\ndef rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim\n")
    with pytest.raises(UsageError, match=r"Program bad breaks a static rule \(IMPORT, line 1"):
        read_request([str(bad), *quick])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "No program is named"),
        (("frontier",), "There is no archive"),
        (("1.2",), "There is no archive"),
        (("nothing",), "There is no program 'nothing'"),
        (("no.py",), "There is no file no.py"),
        (("identity", "encoders=[nope]"), "There is no encoder 'nope'"),
        (("identity", "encoders=[]"), "names no encoder"),
        (("identity", "task=folder"), "There is no setting 'task'"),
    ],
)
def test_what_is_asked_wrongly_is_told_in_a_sentence(words: tuple[str, ...], told: str) -> None:
    with pytest.raises((UsageError, ArchiveError), match=told):
        read_request([*words, "archive.path=absent.db"])


def test_tasks_are_the_held_out_ones_unless_told_otherwise() -> None:
    request = read_request(["identity", "encoders=[minilm,wordllama]"])
    assert request.settings.tasks.source == "heldout19" and request.settings.tasks.held_out
    assert [settings.encoder.model for settings in request.encoders] == ["minilm", "wordllama"]


def test_cost_is_shown_on_the_axis_asked_for(quick: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_transfer(["first_sentence", *quick, "search.cost=tokens"], Outputs())
    shown = capsys.readouterr().out
    assert run_transfer(["first_sentence", *quick], Outputs(as_json=True))
    view = json.loads(capsys.readouterr().out)
    (program,) = view["programs"]
    cells = view["cells"]
    tokens, baseline = (sum(cell[name] for cell in cells) for name in ("tokens", "baseline_tokens"))
    assert program["cost_tokens"] == pytest.approx(1 + tokens / baseline)
    own = sum(cell["cpu_s"] for cell in cells) / sum(cell["n_queries"] for cell in cells)
    assert program["program_seconds"] == pytest.approx(own) and own > 0
    (row,) = [line for line in shown.splitlines() if line.startswith("first_sentence ")]
    assert f"{program['cost_tokens']:.2f}" in row.split() and "cost ratio in tokens" in shown


def test_limits_and_batches_are_those_of_the_settings(tmp_path: Path, quick: list[str]) -> None:
    counting = tmp_path / "counting.py"
    counting.write_text(
        "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n"
        "    assert len(q_texts) == 1, len(q_texts)\n"
        "    return sim\n"
    )
    slow = tmp_path / "slow.py"
    slow.write_text(
        "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n"
        "    for number in range(10**10):\n"
        "        pass\n"
        "    return sim\n"
    )
    run_transfer([str(counting), str(slow), *quick, "tasks.query_batch=1", "program.time_factor=0.02"], Outputs())
    found = {cell.record.program: cell.record.outcome.verdict for cell in cells(tmp_path)}
    assert found["counting"] == "ok"
    # Which clock runs out first is up to how busy the machine is.
    assert found["slow"] in ("cpu_limit", "timeout")
