"""Where a cluster that is started here keeps logs, sockets and what it puts onto disk: removed with it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "ttc-ray-"
SHORT = 24
"""Bytes that the path of the folder for temporary files may take: sockets below it have long names, of 107 at most."""
_LOCK = "lock"


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for as long as it takes. Those of processes that were killed, which nobody holds, are removed."""
    usual = tempfile.gettempdir()
    parent = Path(usual if len(os.fsencode(usual)) <= SHORT else "/tmp")
    for left in parent.glob(f"{PREFIX}*"):
        _remove_left(left)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_left(folder: Path) -> None:
    try:
        with (folder / _LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:  # it is somebody's, or gone
        return
