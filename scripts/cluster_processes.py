"""Processes of a Ray cluster that a process of ours started: found by their names, killed as an accident would."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

WORKER, ENCODER = "ray::Worker", "ray::EncoderProcess"


def kill_one(name: str, root: int, choice: int = 0) -> bool:
    """Send SIGKILL to one process of this name that descends from `root`; whether there was one."""
    found = sorted(processes(name, root))
    if not found:
        return False
    with suppress(ProcessLookupError):
        os.kill(found[choice % len(found)], signal.SIGKILL)
    return True


def processes(name: str, root: int) -> Iterator[int]:
    """Those whose title begins so and that descend from `root`."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            title = (folder / "cmdline").read_bytes().split(b"\0", 1)[0].decode(errors="replace")
            if title.split(".")[0].strip() == name and _descends(int(folder.name), root):
                yield int(folder.name)


def _descends(pid: int, root: int) -> bool:
    while pid > 1 and pid != root:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return pid == root
