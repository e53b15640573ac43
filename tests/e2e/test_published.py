"""The published run from the command line: every verb that looks reads it, and none that writes touches it."""

from pathlib import Path

import pytest

from harness.published.place import packaged
from tests.e2e.conftest import Ttc


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["runs"], "s2a3xy"),
        (["frontier"], "s2a3xy.75"),
        (["show", "81"], "OwnGenericPart"),
        (["lineage", "81"], "AloneWithFeedback"),
        (["sql", "SELECT count(*) AS n FROM programs"], "83"),
        (["report", "-o", "run.html"], "83 programs"),
        (["archive", "check"], "whole"),
    ],
)
def test_verbs_that_look_read_it(ttc: Ttc, words: list[str], said: str) -> None:
    done = ttc(*words, "--archive", "published")
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


@pytest.mark.parametrize(
    "words", [["resume", "--archive", "published"], ["archive", "vacuum", "--archive", "published"],
              ["discover", "search.generations=0", "encoder=wordllama", "archive.path=published"]]
)  # fmt: skip
def test_verbs_that_write_are_refused(ttc: Ttc, tmp_path: Path, words: list[str]) -> None:
    before = packaged("published").read_bytes()
    done = ttc(*words)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1] == (
        "ttc: The archive published comes with the package and is only read; name a file of your own."
    )
    assert packaged("published").read_bytes() == before and not (tmp_path / "published").exists()
