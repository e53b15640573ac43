"""A transfer in a window: names and figures stay, and what is left out is named."""

import re
import sys

import pytest

from harness.screen.transfer import print_transfer
from harness.transfer.analysis import analyse
from harness.transfer.matrix import Matrix, MatrixCell
from tests.harness.transfer.made_up import cell

NAMES = ("a1b2c3.75 ANameThatIsLongerThanMostNames", "a1b2c3.81 Another")


def matrix(n_tasks: int) -> Matrix:
    tasks = tuple(f"collection-{number}" for number in range(n_tasks))
    made = [cell(task, 0.01 * at, program=name, spread=0.1) for name in NAMES for at, task in enumerate(tasks)]
    cells = [MatrixCell(one.program, "e", one.task, "law", 0.4, 9, "ok", delta=one.delta, result=one) for one in made]
    return Matrix(NAMES, ("e",), tasks, tuple(cells))


@pytest.mark.parametrize("width", [80, 120])
def test_a_narrow_window_keeps_names_and_figures_and_names_what_is_left_out(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    found = analyse(matrix(8))
    print_transfer(matrix(8), found)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    head, first, second, left_out, *_ = shown.splitlines()
    assert max(map(len, (head, first, second))) <= width
    for name, line, row in zip(NAMES, (first, second), found.rows, strict=True):
        assert line.startswith(name[:20]) and f"{row.summary.mean:+.4f}" in line
        assert row.mean_interval is not None and f"[{row.mean_interval.low:+.3f}, " in line
    assert left_out.startswith("Not shown in a window this narrow: ") and "worst cell" in shown.partition(":")[2]
    assert [name for name in ("95 % tasks", "n", "c", "p Holm") if name not in head] == []


def test_one_is_told_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    one = matrix(1)
    print_transfer(one, analyse(one))
    shown = capsys.readouterr().out
    assert "2 programs x 1 encoder x 1 task." in shown and "1 pair of programs" in shown
    assert "(n = 1 common cell)" in shown
