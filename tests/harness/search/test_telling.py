"""What is told to a desk reaches the folders that are kept and the run's tracker, as what a search records does."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

import harness
from harness import FunctionEncoder, api
from harness.evaluation.watcher import Watcher
from harness.search.desk import OpenDesk
from harness.tracking import load
from harness.tracking.wandb_tracker import WandbTracker
from tests.harness.search.test_shelf import files
from tests.harness.test_api import tasks, vectors

PROGRAM = """
def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    return sim + [{weight} * len(text) for text in d_texts]
"""


class Heard(Watcher):
    def __init__(self) -> None:
        self.sentences: list[str] = []

    def noted(self, sentence: str) -> None:
        self.sentences.append(sentence)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a run that has its seeds and waits."""
    place = tmp_path_factory.mktemp("seeded") / "a.db"
    harness.discover(f"archive.path={place}", "search.generations=0", "search.variants=allow", **_mine())
    return place


@contextmanager
def opened(
    seeded: Path, folder: Path, kind: str = "none", watcher: Watcher | None = None
) -> Iterator[tuple[str, OpenDesk]]:
    """The desk of a copy of the run, with this tracker."""
    archive = shutil.copy(seeded, folder / "a.db")
    with closing(sqlite3.connect(archive)) as connection, connection:
        tracking = json.dumps({"kind": kind, "place": str(folder / "tracked")})
        connection.execute("UPDATE runs SET config = json_set(config, '$.tracking', json(?))", (tracking,))
    with harness.open_desk(archive=archive, **_mine(), watcher=watcher) as desk:
        yield archive, desk


def _mine() -> dict[str, Any]:
    return {"encoder": FunctionEncoder(vectors, name="letters"), "tasks": tasks()}


def test_a_folder_that_is_kept_has_what_a_rebuild_has_and_old_files_are_left_alone(
    seeded: Path, tmp_path: Path
) -> None:
    kept, again = tmp_path / "kept", tmp_path / "again"
    with opened(seeded, tmp_path) as (archive, desk):
        desk.keep(kept)
        for weight in (0.01, 0.02):
            before = {path: path.stat().st_ino for path in kept.rglob("*") if path.is_file()}
            assert desk.tell(PROGRAM.format(weight=weight), f"By{weight}").recorded
            changed = {path.name for path, inode in before.items() if path.stat().st_ino != inode}
            assert changed == {"README.md", "programs.csv"}
        assert not desk.tell("no program").recorded
        api.write_desk("latest", again, archive=archive)
    assert files(kept) == files(again)
    assert "programs/0005/program.py" in files(kept)


def test_programs_that_are_told_reach_the_tracker_and_looks_do_not(seeded: Path, tmp_path: Path) -> None:
    pytest.importorskip("trackio")
    heard = Heard()
    with opened(seeded, tmp_path, "trackio", heard) as (_, desk):
        assert desk.look(PROGRAM.format(weight=0.01), 0, "Longer").recorded
        assert desk.tracker._process is None  # nobody is started for a look
        assert desk.tell(PROGRAM.format(weight=0.01), "Longer").recorded
    with closing(sqlite3.connect(tmp_path / "tracked" / "ttc.db")) as connection:
        ((name, step, metrics),) = connection.execute("SELECT run_name, step, metrics FROM metrics").fetchall()
    assert (name, step) == (desk.desk.run_id, 4)
    assert json.loads(metrics)["frontier"] >= 1 and heard.sentences == []


def test_a_tracker_that_is_not_installed_here_is_said_and_the_program_recorded(
    seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard()
    monkeypatch.setitem(load.BUILT_IN, "no_such_package", WandbTracker)
    with opened(seeded, tmp_path, "no_such_package", heard) as (_, desk):
        assert desk.tell(PROGRAM.format(weight=0.01), "Longer").recorded
    (said,) = heard.sentences
    assert said.startswith("What is told here is not tracked: tracking=no_such_package needs a package")
