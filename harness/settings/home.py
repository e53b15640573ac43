"""Paths as they are recorded: the home folder of a person is theirs alone, and another on the next machine."""

import os
from collections.abc import Mapping
from typing import Any

PATHS = (("archive", "path"), ("cache", "folder"), ("encoder", "model"), ("proposer", "desk"), ("tasks", "paths"),
         ("tracking", "place"))  # fmt: skip
"""Settings that hold a path, or several; whoever reads a file by one of them expands its `~`."""


def abbreviate(path: str) -> str:
    """The path with `~` for the home folder; any other text as it is."""
    home = os.path.expanduser("~")  # noqa: PTH111, pathlib raises where there is no home
    inside = os.path.isabs(home) and home != "/" and (path == home or path.startswith(f"{home}/"))  # noqa: PTH117
    return f"~{path[len(home) :]}" if inside else path


def abbreviate_paths(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Nested settings with `~` for the home folder in each path."""
    written = {group: dict(values) for group, values in mapping.items()}
    for group, key in PATHS:
        value = written[group][key]
        written[group][key] = abbreviate(value) if isinstance(value, str) else [abbreviate(path) for path in value]
    return written
