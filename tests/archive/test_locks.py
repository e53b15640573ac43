"""One process at a time: the second is told, and death frees."""

import subprocess
import sys
from pathlib import Path

import pytest

from archive import Archive, ArchiveError

HOLDER = """
import sys, time
from archive import Archive
with Archive.open(sys.argv[1]) as archive, archive.held("run", "no"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_told_until_the_first_is_dead(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path / "a.db"], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with Archive.open(tmp_path / "a.db") as archive:
        with pytest.raises(ArchiveError, match="Somebody works on it"), archive.held("run", "Somebody works on it."):
            pass
        with archive.held("another", "no"):
            pass
        holder.kill()
        holder.communicate()
        with archive.held("run", "no"):
            assert (tmp_path / "a.db-run.lock").exists()
    assert not list(tmp_path.glob("*.lock"))
