"""A folder that is gone when its process is, however that ends."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

REMOVE = 'read -r line; rm -rf -- "$1"'
"""A shell waits for the end of its input, which comes with that of the process that could write to it."""


@contextmanager
def vanishing_folder() -> Iterator[Path]:
    """A new folder that only this user may enter. Raises OSError where none can be made."""
    folder = tempfile.mkdtemp(prefix="ttc-probe-")
    watcher = None
    with suppress(OSError):  # without a shell a killed process leaves the folder
        watcher = subprocess.Popen(
            ["/bin/sh", "-c", REMOVE, "sh", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            cwd="/",
            start_new_session=True,  # Ctrl-C reaches every process of a terminal's session
        )
    try:
        yield Path(folder)
    finally:
        if watcher is not None and watcher.stdin is not None:
            watcher.stdin.close()
            watcher.wait()
        shutil.rmtree(folder, ignore_errors=True)
