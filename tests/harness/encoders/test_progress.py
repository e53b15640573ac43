import io
import time

import pytest
from rich.console import Console

from harness.encoders.progress import ProgressBar


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_appears_for_long_jobs_on_a_terminal(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    output = io.StringIO()
    now = {"at": 0.0}
    monkeypatch.setattr(time, "monotonic", lambda: now["at"])
    with ProgressBar(Console(file=output, force_terminal=terminal)) as report:
        report(1, 50)
        assert output.getvalue() == "", "a short job shows nothing"
        now["at"] += 10
        report(20, 50)
        assert ("20/50" in output.getvalue()) == terminal
        report(50, 50)
        shown = output.getvalue()
        report(1, 9)
        assert output.getvalue() == shown, "the next job starts its own clock"
