"""What a cluster of this machine leaves on disk: nothing, also where its process was killed."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from harness.evaluation.cluster.folder import own_folder

KILLED = """
import os, signal, sys, tempfile
tempfile.tempdir = sys.argv[1]
from harness.evaluation.cluster.folder import own_folder
with own_folder() as folder:
    (folder / "log").write_text("much")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_folder_ends_with_its_cluster_and_one_of_a_killed_process_with_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as parent:
        subprocess.run([sys.executable, "-c", KILLED, parent])
        (left,) = Path(parent).iterdir()
        monkeypatch.setattr(tempfile, "tempdir", parent)
        with own_folder() as first, own_folder() as second:  # which does not take what the first holds
            assert first.is_dir() and second.is_dir() and not left.exists()
        assert not list(Path(parent).iterdir())


def test_a_path_too_long_for_sockets_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("long" * 10)))
    with own_folder() as folder:
        assert folder.parent == Path("/tmp")
