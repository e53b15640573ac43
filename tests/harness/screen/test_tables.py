"""What a table for people says of a program."""

from dataclasses import replace

import pytest

from archive import Program
from harness.screen.tables import print_program
from tests.archive import sample_records as sample


def test_a_mean_says_of_how_many_tasks_it_is_and_hidden_ones_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    record = replace(sample.program(), wins=1, ties=0, losses=1)
    assert len(record.outcomes) == 3, "one of them hidden"
    print_program(Program("run.1", "run", 1, "2026", record))
    assert "over 2 tasks, cost ratio 1.50, 1 wins, 0 ties, 1 losses" in capsys.readouterr().out
