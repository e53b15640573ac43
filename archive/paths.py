"""Paths as a person writes them."""

import os
from pathlib import Path


def expanded(path: str | Path) -> Path:
    """The path with the home folder for a leading `~`, which stays where nobody can say which folder that is."""
    return Path(os.path.expanduser(path))  # noqa: PTH111, pathlib raises RuntimeError there
