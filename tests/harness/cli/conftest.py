"""The command line in this process, on archives made by the real archive."""

from collections.abc import Callable

import pytest

from harness.cli import main
from tests.harness.report.fixtures import hostile, searched

__all__ = ["Run", "hostile", "searched", "ttc"]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ttc(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a verb and return its exit code, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["ttc", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 0, printed.out, printed.err

    return run
