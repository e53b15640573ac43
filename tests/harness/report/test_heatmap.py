"""The heatmap of a transfer: panels, what is grey, and the endings of its file."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.report.heatmap import draw_heatmap, heatmap_spec
from harness.transfer.matrix import Matrix, MatrixCell

LONG = "a name of more letters than thirty"


def matrix() -> Matrix:
    programs, encoders, tasks = (f"{LONG} 1", f"{LONG} 2"), ("minilm", "wordllama"), ("one", "two")
    cells = tuple(
        MatrixCell(program, encoder, task, "code", 0.4, 10, "ok", delta=None if task == "two" else 0.05)
        for program in programs
        for encoder in encoders
        for task in tasks
    )
    return Matrix(programs, encoders, tasks, cells)


def test_a_panel_per_encoder_keeps_a_place_for_what_has_no_result() -> None:
    spec = heatmap_spec(matrix())
    assert spec["title"]["text"] == "n = 4 cells with a result of 8; grey: none"
    assert [panel["title"]["text"] for panel in spec["hconcat"]] == ["minilm (n = 2)", "wordllama (n = 2)"]
    for panel in spec["hconcat"]:
        assert panel["encoding"]["x"]["scale"]["domain"] == ["one", "two"]
        assert panel["encoding"]["y"]["scale"]["domain"] == [f"{LONG} 1", f"{LONG} 2"]
        assert {row["task"] for row in panel["data"]["values"]} == {"one"}


@pytest.mark.parametrize(("ending", "begins"), [("png", b"\x89PNG"), ("svg", b"<svg"), ("pdf", b"%PDF")])
def test_its_ending_chooses_the_kind(tmp_path: Path, ending: str, begins: bytes) -> None:
    draw_heatmap(matrix(), tmp_path / f"m.{ending}")
    assert (tmp_path / f"m.{ending}").read_bytes().startswith(begins)


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="choose one of these endings"):
        draw_heatmap(matrix(), tmp_path / "m.gif")
