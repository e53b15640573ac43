"""A run goes on where its files have moved to, and nowhere says where a person's home is."""

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Ttc, run_ttc, write_corpus


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of two tasks that lie below its `home`."""
    folder = tmp_path_factory.mktemp("begun")
    old = folder / "home" / "old"
    old.mkdir(parents=True)
    words = ("encoder=wordllama", "tasks=folder", write_corpus(old), "search.generations=1", "cache.folder=~/cache")
    started = run_ttc(folder, "discover", *words, HOME=str(folder / "home"))
    assert started.returncode == 0, started.stderr
    return folder


@pytest.fixture
def moved(tmp_path: Path, begun: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The new folder of these tasks; the archive and the home folder have moved too."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return (tmp_path / "home" / "old").rename(tmp_path / "new place")


def given(folder: Path) -> str:
    return f"tasks.paths=[{folder / 'alpha-task'},{folder / 'omega-task'}]"


def test_a_run_goes_on_with_its_files_elsewhere(tmp_path: Path, ttc: Ttc, moved: Path) -> None:
    lost = ttc("resume", "latest", "search.generations=2")
    assert lost.returncode == 2 and "There is no folder ~/old/alpha-task" in lost.stderr

    other = ("encoder.device=cpu", f"cache.folder={tmp_path / 'other cache'}", "cache.max_bytes=100000000")
    found = ttc("resume", "latest", "search.generations=2", given(moved), *other)
    assert found.returncode == 0, found.stderr
    assert list((tmp_path / "other cache").iterdir())
    assert json.loads(ttc("runs", "--json").stdout)[0]["programs"] == 5


def test_what_is_not_the_same_is_refused_wherever_it_is(ttc: Ttc, moved: Path) -> None:
    other = ttc("resume", "latest", "search.generations=2", given(moved), "encoder.model=minilm")
    assert other.returncode == 1 and "answers differently than when the run was recorded" in other.stderr
    corpus = moved / "alpha-task" / "corpus.jsonl"
    corpus.write_text(corpus.read_text("utf-8").replace("river", "brook"), "utf-8")
    changed = ttc("resume", "latest", "search.generations=2", given(moved))
    assert changed.returncode == 1 and "Task alpha-task is not what this run was recorded with" in changed.stderr
    refused = ttc("resume", "latest", "encoder.max_tokens=3")
    assert refused.returncode == 2 and "cannot change on the way" in refused.stderr


def test_no_record_says_where_home_is(tmp_path: Path, ttc: Ttc, moved: Path) -> None:
    config = json.loads(ttc("runs", "--json").stdout)[0]["config"]
    assert config["tasks"]["paths"] == ["~/old/alpha-task", "~/old/omega-task"]
    assert config["cache"]["folder"] == "~/cache"
    archive = b"".join(file.read_bytes() for file in tmp_path.glob("ttc-archive.db*"))
    assert b"~/old/alpha-task" in archive and str(tmp_path / "home").encode() not in archive
    shown = ttc("discover", "--show-config", f"archive.path={tmp_path / 'home' / 'a.db'}", given(tmp_path / "home"))
    assert "path: ~/a.db" in shown.stdout and "- ~/alpha-task" in shown.stdout
