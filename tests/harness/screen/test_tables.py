"""What a table for people says of a program."""

from dataclasses import replace

import pytest

from archive import Program, Run
from harness.screen.tables import print_frontier, print_program
from tests.archive import sample_records as sample

RUN = Run("run", "2026", None, "finished", sample.run())


def test_a_mean_says_of_how_many_tasks_it_is_and_hidden_ones_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    record = replace(sample.program(), wins=1, ties=0, losses=1)
    assert len(record.outcomes) == 3, "one of them hidden"
    print_program(Program("run.1", "run", 1, "2026", record), RUN)
    assert "of nDCG@10 over 2 tasks, cost ratio 1.50, 1 win, 0 ties, 1 loss" in capsys.readouterr().out


def test_a_program_names_the_measure_and_what_its_run_maximises(capsys: pytest.CaptureFixture[str]) -> None:
    run = replace(RUN, record=replace(RUN.record, measure="R@5", maximise="median(floor=-0.02)"))
    below = replace(sample.program(), wins=1, losses=1, worth=None)
    print_program(Program("run.1", "run", 1, "2026", below), run)
    print_frontier([Program("run.1", "run", 1, "2026", sample.program())], run)
    shown = capsys.readouterr().out
    assert "mean delta +0.1000 of R@5 over 2 tasks" in shown
    assert "none, by median(floor=-0.02)" in shown
    assert "worth" in shown.splitlines()[-3]
    assert "R@5 against cosine, median(floor=-0.02) of 3 tasks" in shown
