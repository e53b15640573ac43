"""Files of a transfer are inert, whatever programs and tasks are called."""

import csv
from pathlib import Path

from harness.transfer.files import write_csv
from harness.transfer.matrix import Matrix, MatrixCell


def test_no_cell_of_the_csv_is_a_formula(tmp_path: Path) -> None:
    cell = MatrixCell("=HYPERLINK(1)", "@encoder", "+task", "-domain", 0.5, 10, "exception", reason="=1+1", delta=-0.25)
    write_csv(Matrix((), (), (), (cell,)), tmp_path / "cells.csv")
    with (tmp_path / "cells.csv").open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["program"], row["encoder"], row["task"], row["domain"], row["reason"]) == (
        "'=HYPERLINK(1)", "'@encoder", "'+task", "'-domain", "'=1+1",
    )  # fmt: skip
    assert (row["delta"], row["ndcg"]) == ("-0.25", "")
