"""What is said of one corpus, of six tasks, and of too little, in every form a matrix is shown in."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.results import Matrix
from harness.screen.transfer import print_transfer
from harness.transfer.matrix import Matrix as Cells
from harness.transfer.matrix import MatrixCell
from tests.harness.transfer.made_up import corpus


def matrix(programs: int, tasks: int, draw: NDArray[np.float64]) -> Matrix:
    """So many programs and tasks, all with these deltas per query, moved by the number of the task."""
    names = tuple(f"p{number}" for number in range(programs))
    cells = []
    for name in names:
        for task in range(tasks):
            result = corpus(draw + 0.01 * task, name, task=f"t{task}")
            cells.append(
                MatrixCell(name, "e", f"t{task}", "law", 0.5, 100, "ok", delta=result.delta, attempts=1, result=result)
            )
    return Matrix(Cells(names, ("e",), tuple(f"t{task}" for task in range(tasks)), tuple(cells)), True)


GAIN = np.random.default_rng(1).normal(0.05, 0.2, 150)


def test_one_corpus_gets_an_interval_and_a_test_over_its_queries(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one = matrix(2, 1, GAIN)
    row = one.analysis.rows[0]
    assert one.analysis.unit == "queries" and row.mean_interval is None and row.median_interval is None
    assert row.interval is not None and 0 < row.interval.low < row.summary.mean < row.interval.high
    assert row.p is not None and row.p_holm is not None and row.p <= row.p_holm < 0.05
    assert one.analysis.pairs[0].comparison.p == 1.0  # equal programs

    print_transfer(one.cells, one.analysis)
    told = capsys.readouterr().out
    assert "p by sign flips of queries, so it says nothing of other tasks" in told
    assert "– From fewer than 6 tasks nothing is said of other tasks" in told
    view = json.loads(json.dumps(one.view()))
    assert view["tests_flip"] == "queries" and view["programs"][0]["query_interval"]["low"] == row.interval.low
    one.write_latex(tmp_path / "one.tex")
    assert f"$[{row.interval.low:+.3f}, {row.interval.high:+.3f}]$" in (tmp_path / "one.tex").read_text()
    assert "the queries of these tasks" in one._repr_html_()


def test_six_tasks_cannot_tell_27_programs_apart_and_say_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    six = matrix(27, 6, GAIN)
    row = six.analysis.rows[0]
    assert six.analysis.unit == "tasks" and row.interval is not None and row.interval == row.mean_interval
    assert row.p == 2 / 2**6 and row.p_holm is None
    reason, of_pairs = six.analysis.blanks
    assert "corrected for 351 pairs 1, never" in of_pairs and six.analysis.pairs[0].p_holm is None
    assert "the least that 6 tasks allow is 0.031, and corrected for 27 programs 0.84" in reason
    print_transfer(six.cells, six.analysis)
    assert reason in capsys.readouterr().out
    assert six.view()["left_out"] == (reason, of_pairs) and six.view()["programs"][0]["p_holm"] is None
    six.write_latex(tmp_path / "six.tex")
    assert (tmp_path / "six.tex").read_text().count(r"& -- \\") == 27
    assert matrix(1, 6, GAIN).analysis.rows[0].p_holm == 2 / 2**6


def test_a_handful_of_queries_gets_dashes_and_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    few = matrix(1, 1, GAIN[:10])
    row = few.analysis.rows[0]
    assert row.interval is None and row.p is None and row.p_holm is None and row.p_bh is None
    print_transfer(few.cells, few.analysis)
    assert "No interval and no p over queries from fewer than 20" in capsys.readouterr().out


def test_an_empty_matrix_has_nothing_to_explain() -> None:
    assert Matrix(Cells((), (), (), ()), True).analysis.blanks == ()
