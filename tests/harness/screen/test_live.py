"""Lines for logs and pipes: one a program, and few about a server that does not answer."""

import io
import time
from dataclasses import replace

import pytest
from rich.console import Console

from archive import Axis, WorkRecord
from harness.programs.view import LedgerRow
from harness.screen.lines import Lines, describe
from harness.screen.live import Panel, worked


def test_retries_are_told_when_they_take_long_and_then_once_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    lines = Lines(clock=lambda: now[0])
    lines.retrying("before anything was asked")
    lines.asked(1)
    for second in range(0, 80, 8):
        now[0] = float(second)
        lines.retrying(f"retry at {second}")
    lines.asked(2)
    lines.retrying("a moment")
    assert capsys.readouterr().err.splitlines() == ["retry at 16"]
    now[0] += 10
    lines.retrying("again")
    assert capsys.readouterr().err == "again\n"


def test_where_nothing_happens_a_line_says_what_is_being_done(capsys: pytest.CaptureFixture[str]) -> None:
    with Lines(silence_s=0.05) as lines:
        lines.doing("loading the encoder minilm")
        told = ""
        while told.count("loading the encoder minilm") < 2:
            time.sleep(0.01)
            told += capsys.readouterr().err
        lines.asked(3)
        while "waiting for the author of generation 3" not in told:
            time.sleep(0.01)
            told += capsys.readouterr().err
    time.sleep(0.2)
    capsys.readouterr()
    time.sleep(0.2)
    assert capsys.readouterr().err == ""


def test_a_line_a_moment_ago_is_sign_of_life_enough(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    lines = Lines(clock=lambda: now[0])
    for second in range(0, 60, 5):
        now[0] = float(second)
        lines.noted(f"at {second}")
        lines.encoding(second, 60)
    assert len(capsys.readouterr().err.splitlines()) == 12
    now[0] += 30
    lines.alive()
    assert capsys.readouterr().err == "encoding text 55 of 60 (30 s)\n"


def test_a_machine_has_a_line_of_what_it_did() -> None:
    ran = WorkRecord("1a2b3c4d", None, runs=40, cpu_s=12.34)
    assert worked(ran) == ("40 runs, 12.3 s of programs", "")
    encoded = replace(ran, batches=2, encoded=63, encoder_s=0.5)
    assert worked(encoded)[1] == "2 encoder batches of 31.5 texts, 126 texts/s"
    panel = Panel()
    panel.machines(1, 2, 1, 0, 12)
    panel.worked([encoded])
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(panel)
    assert "1a2b3c4d" in (told := console.export_text()) and "40 runs, 12.3 s of programs" in told


@pytest.mark.parametrize(
    ("axis", "shown"),
    [("texts", "cost 6549.48  0/"), ("tokens", "cost 6549.48 in tokens  0/"), ("bytes", "cost    6,549 bytes  0/"),
     ("latency", "cost 6,549.48 ms  0/")],
)  # fmt: skip
def test_a_cost_that_is_no_ratio_of_texts_bears_its_unit(
    axis: Axis, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    row = LedgerRow("r.4", "pairs", (), "admitted", "", "", "", 0.08, 6549.48, 0, 0, 1)
    lines = Lines()
    lines.cost_counted(axis)
    lines.program_recorded(row, "ok", 0.08, 2)
    printed = capsys.readouterr().out
    assert shown in printed
    assert printed == describe(row, axis) + "\n"
