"""The command line as a person runs it: real processes, real tasks, the real encoder and sandbox."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

QUICK = ("encoder=wordllama", "tasks.names=[python-code,licences,numpy-see-also]", "tasks.max_queries=15")

Ttc = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(folder: Path) -> dict[str, str]:
    """A clean environment with a cache of its own."""
    return {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "COLUMNS": "200", "NO_COLOR": "1"}


@pytest.fixture
def ttc(tmp_path: Path) -> Ttc:
    """Run `ttc` in a fresh folder and return the finished process."""

    def run(*arguments: str, cwd: Path = tmp_path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "harness", *arguments],
            cwd=cwd,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )

    return run
