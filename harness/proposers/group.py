"""A command and all its children as one group of processes, so that none outlives a limit or an interrupt."""

import atexit
import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL

_lock = threading.Lock()
_running: set[int] = set()


def run_group(
    words: Sequence[str], folder: Path, env: Mapping[str, str], stdin: Path | None, limit_s: float
) -> int | None:
    """Run a command in a folder, which gets stdout.txt and stderr.txt, and return its exit code.

    None where it was still running after `limit_s` seconds. Whatever ends the wait, no process of the group is left.
    Raises OSError where it cannot be started.
    """
    with (
        (stdin or Path(os.devnull)).open("rb") as read,
        (folder / "stdout.txt").open("wb") as out,
        (folder / "stderr.txt").open("wb") as err,
    ):
        # A session of its own: the first Ctrl-C of a run lets an answer that is under way come to its end.
        process = subprocess.Popen(
            words, cwd=folder, env=dict(env), stdin=read, stdout=out, stderr=err, start_new_session=True
        )
    with _lock:
        _running.add(process.pid)
    try:
        return process.wait(limit_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with _lock:
            _running.discard(process.pid)
        _kill(process.pid)
        process.wait()


@atexit.register
def end_all() -> None:
    """End every command that is running, on whichever thread it is waited for."""
    with _lock:
        groups = list(_running)
    for group in groups:
        _kill(group)


def _kill(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a group that has ended
        os.killpg(group, SIGKILL)
