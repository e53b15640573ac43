"""Reading JSON that may lack anything: servers of one's own send what they like."""

from collections.abc import Mapping, Sequence
from typing import Any


def at(value: Any, *path: str | int) -> Any:
    """What lies at a path of keys and indices in JSON; None where there is nothing."""
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, Sequence) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text_at(value: Any, *path: str | int) -> str:
    """Text at a path, whole or in parts that have a `text`; empty where there is none."""
    found = at(value, *path)
    if isinstance(found, list):
        return "".join(text_at(part, "text") or (part if isinstance(part, str) else "") for part in found)
    return found if isinstance(found, str) else ""


def count_at(value: Any, *path: str | int) -> int | None:
    """A whole number, at least zero, at a path; None where there is none."""
    found = at(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None
