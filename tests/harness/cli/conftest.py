"""The command line in this process, on archives made by the real archive."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cli import main
from tests.harness.report import archives

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def searched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An archive with a search of 40 programs, and the run's id."""
    path = tmp_path_factory.mktemp("searched") / "a.db"
    return path, archives.search(path, 40)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An archive whose every text is hostile, and the run's id."""
    path = tmp_path_factory.mktemp("hostile") / "a.db"
    return path, archives.hostile(path)


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
