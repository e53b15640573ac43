"""A package of somebody else's, installed by pip, brings an encoder and a policy; the command line takes both."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from archive import Archive
from tests.e2e.conftest import environment, write_corpus

PYPROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "letter-pack"
version = "1.4"

[project.entry-points."ttc.encoders"]
letters = "letter_pack:encoder"

[project.entry-points."ttc.policies"]
newest = "letter_pack:newest"

[project.entry-points."ttc.executors"]
noting = "letter_pack:Noting"

[tool.setuptools]
py-modules = ["letter_pack"]
"""

MODULE = """
import numpy as np

from harness.encoders.function import FunctionEncoder
from harness.evaluation.executor import LocalExecutor


def encoder(settings, *, case="kept"):
    def encode(texts):
        read = [text.lower() if case == "dropped" else text for text in texts]
        return np.array([np.bincount([1, *(ord(c) % 128 for c in text)], minlength=128) for text in read])

    return FunctionEncoder(encode, name=f"letters-{case}")


def newest(candidates, rng, count, *, skip=0):
    return [one.id for one in reversed(candidates)][skip : skip + count]


class Noting(LocalExecutor):
    # Notes the task of each run in a file.
    def __init__(self, encoder, backend, workers, *, path):
        super().__init__(encoder, backend, workers)
        self._path = path

    def run(self, source, task):
        with open(self._path, "a") as notes:
            notes.write(f"{task.name}\\n")
        return super().run(source, task)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the package."""
    folder = tmp_path_factory.mktemp("letters")
    (folder / "source").mkdir()
    (folder / "source" / "pyproject.toml").write_text(PYPROJECT)
    (folder / "source" / "letter_pack.py").write_text(MODULE)
    done = subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation",
            "--disable-pip-version-check", "--target", str(folder / "site"), str(folder / "source"),
        ],
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "site"


def ttc(site: Path, folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    path = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, "-m", "harness", *words],
        cwd=folder, env=environment() | {"PYTHONPATH": path}, capture_output=True, text=True, timeout=200,
        check=False,
    )  # fmt: skip


def test_their_encoder_and_their_policy_take_part_and_are_recorded(site: Path, tmp_path: Path) -> None:
    tasks = ["tasks=folder", write_corpus(tmp_path)]
    found = ttc(site, tmp_path, "evaluate", "identity", "encoder=letters", *tasks, "--json")
    assert found.returncode == 0, found.stderr
    assert [outcome["verdict"] for outcome in json.loads(found.stdout)["outcomes"]] == ["ok", "ok"]

    words = ["encoder=letters", "encoder.options.case=dropped", "search.selection=newest", "search.options.skip=1"]
    run = ttc(site, tmp_path, "discover", *words, *tasks, "search.generations=3", "search.parents=1")
    assert run.returncode == 0, run.stderr
    with Archive.open(tmp_path / "ttc-archive.db", read_only=True) as archive:
        record = archive.run(archive.resolve_run("latest")).record
    assert record.encoder["name"] == "letters-dropped"
    assert record.versions["letter-pack"] == "1.4"
    assert record.machine["plugins"] == ["encoder 'letters' of letter-pack 1.4", "policy 'newest' of letter-pack 1.4"]


def test_their_executor_runs_an_evaluation_and_the_cells_of_a_transfer(site: Path, tmp_path: Path) -> None:
    words = ["executor=noting", "executor.options.path=notes.txt", "tasks=folder", write_corpus(tmp_path)]
    found = ttc(site, tmp_path, "evaluate", "identity", "encoder=letters", *words)
    assert found.returncode == 0, found.stderr
    assert sorted((tmp_path / "notes.txt").read_text().split()) == ["alpha-task", "omega-task"]
    found = ttc(site, tmp_path, "transfer", "identity", "bm25_rrf", "encoders=[letters,wordllama]", *words)
    assert found.returncode == 0, found.stderr
    assert len((tmp_path / "notes.txt").read_text().split()) == 2 + 2 * 2 * 2


def test_without_the_package_the_name_is_unknown(site: Path, tmp_path: Path) -> None:
    tasks = ["tasks=folder", write_corpus(tmp_path)]
    near = ttc(site, tmp_path, "evaluate", "identity", "encoder=leters", *tasks)
    assert near.returncode == 2 and "did you mean 'letters'" in near.stderr
    gone = ttc(tmp_path / "nowhere", tmp_path, "evaluate", "identity", "encoder=letters", *tasks)
    assert gone.returncode == 2 and "There is no encoder 'letters'" in gone.stderr
