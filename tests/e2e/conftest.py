"""The command line as a person runs it: real processes, real tasks, the real encoder and sandbox."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.forking import Forker

QUICK = (
    "encoder=wordllama",
    "tasks.names=[python-topics,pandas-see-also,scipy-see-also]",
    "tasks.max_queries=15",
    "archive.secret=of-these-tests",  # runs in several archives are compared
)

LONGEST_S = 280
"""Seconds that a run may take on the busiest of machines."""

Ttc = Callable[..., "subprocess.CompletedProcess[str]"]


def environment() -> dict[str, str]:
    """An environment whose output is text alone, in wide lines."""
    return {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    """What has imported the program once for all runs of it."""
    opened = Forker(os.environ)
    yield opened
    opened.close()


@pytest.fixture
def ttc(tmp_path: Path, forker: Forker) -> Ttc:
    """Run `ttc` in a fresh folder and return the finished process."""

    def run(*arguments: str, cwd: Path = tmp_path) -> "subprocess.CompletedProcess[str]":
        if not forker.can_run(os.environ):
            return run_ttc(cwd, *arguments)
        return forker.run(arguments, cwd, environment(), LONGEST_S)

    return run


def run_ttc(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run `ttc` to its end in `folder`, started as a person starts it."""
    return subprocess.run(
        [sys.executable, "-m", "harness", *arguments],
        cwd=folder,
        env=environment() | variables,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )


WORDS = (
    "river",
    "stone",
    "cloud",
    "engine",
    "letter",
    "garden",
    "window",
    "planet",
    "copper",
    "violin",
    "oak",
    "meadow",
)


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    """Two small tasks in BEIR layout, as a setting."""
    return write_corpus(tmp_path)


def write_corpus(parent: Path) -> str:
    """Write two small tasks in BEIR layout and return the setting that names them."""
    folders = []
    for name, shift in (("alpha-task", 1), ("omega-task", 3)):
        folder = parent / name
        (folder / "qrels").mkdir(parents=True)
        texts = [f"{word} {WORDS[(at + shift) % 12]} {WORDS[(at * 5 + shift) % 12]}" for at, word in enumerate(WORDS)]
        documents = [{"_id": f"d{at}", "text": text} for at, text in enumerate(texts)]
        queries = [{"_id": f"q{at}", "text": f"{WORDS[at]} {WORDS[(at + 2) % 12]}"} for at in range(6)]
        (folder / "corpus.jsonl").write_text("".join(json.dumps(d) + "\n" for d in documents))
        (folder / "queries.jsonl").write_text("".join(json.dumps(q) + "\n" for q in queries))
        rows = [f"q{at}\td{(at + shift) % 12}\t1\n" for at in range(6)]
        (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(rows))
        folders.append(str(folder))
    return f"tasks.paths=[{','.join(folders)}]"
