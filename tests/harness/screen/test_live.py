"""Lines for logs and pipes: one a program, and few about a server that does not answer."""

import pytest

from harness.screen.lines import Lines


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
