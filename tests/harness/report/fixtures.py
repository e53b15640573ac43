"""Archives to look at, for the tests of pages and of verbs: a conftest imports what its tests need."""

from pathlib import Path

import pytest

from tests.harness.report import archives


@pytest.fixture(scope="session")
def searched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An archive with a search of 40 programs, and the run's id."""
    path = tmp_path_factory.mktemp("searched") / "a.db"
    return path, archives.search(path, 40)


@pytest.fixture(scope="session")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An archive with a search that begins to fit half-way, and the run's id."""
    path = tmp_path_factory.mktemp("fitted") / "a.db"
    return path, archives.fitted(path)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An archive whose every text is hostile, and the run's id."""
    path = tmp_path_factory.mktemp("hostile") / "a.db"
    return path, archives.hostile(path)
