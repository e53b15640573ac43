"""Users were given the top level of the repository; a folder left over from a trial does not belong to it."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {".ci", "archive", "configs", "docs", "harness", "primitives", "sandbox", "scripts", "tests"}
FILES = {
    *(".gitignore", "ARCHITECTURE.md", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "README.md"),
    *("constraints.txt", "pyproject.toml"),
}


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only a checkout knows what is part of the repository")
def test_nothing_stands_at_the_top_level_but_what_was_given() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    assert {name.partition("/")[0] for name in listed if name} == FOLDERS | FILES
