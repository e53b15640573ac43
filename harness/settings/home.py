"""The home folder in paths: `~` is written for it, since it is a person's alone, and another on the next machine."""

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PATHS = (("archive", "path"), ("cache", "folder"), ("encoder", "model"), ("proposer", "desk"), ("tasks", "paths"),
         ("tracking", "place"))  # fmt: skip
"""Settings that hold a path, or several; whoever reads a file by one of them expands its `~`."""


def expanded(path: str | Path) -> Path:
    """The path with the home folder for a leading `~`, which stays where nobody can say which folder that is.

    A process may have no HOME, and a user no entry in the system's list, as in many containers. `Path.expanduser`
    raises RuntimeError then; a person is rather told what file is not there.
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, where they are missing.

    Raises OSError, also for one in a home folder that nobody can name: it would be made here, and be called `~`.
    """
    if folder.parts[:1] and folder.parts[0].startswith("~"):
        raise FileNotFoundError(errno.ENOENT, "This user has no home folder", str(folder))
    folder.mkdir(parents=True, exist_ok=True)


def abbreviate(path: str) -> str:
    """The path with `~` for the home folder; any other text as it is."""
    home = os.path.expanduser("~")  # noqa: PTH111
    inside = os.path.isabs(home) and home != "/" and (path == home or path.startswith(f"{home}/"))  # noqa: PTH117
    return f"~{path[len(home) :]}" if inside else path


def abbreviate_paths(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Nested settings with `~` for the home folder in each path."""
    written = {group: dict(values) for group, values in mapping.items()}
    for group, key in PATHS:
        value = written[group][key]
        written[group][key] = abbreviate(value) if isinstance(value, str) else [abbreviate(path) for path in value]
    return written
