"""Store a text as what it shares with the one before it, and the rest: prompts of one run repeat each other.

A greedy match of whole lines, in one pass; the copies and the new lines are kept as compressed JSON.
"""

import json
import zlib

from archive.errors import ArchiveError
from archive.inflate import MOST, inflate, too_long


def encode(text: str, base: str) -> bytes:
    """The text in terms of `base`: spans of its lines to copy, and lines of its own."""
    have, lines = base.split("\n"), text.split("\n")
    places: dict[str, list[int]] = {}
    for place, line in enumerate(have):
        places.setdefault(line, []).append(place)
    steps: list[list[int] | str] = []
    own: list[str] = []
    at = 0
    while at < len(lines):
        start, length = _longest(lines, at, have, places.get(lines[at], []))
        if length:
            _flush(own, steps)
            steps.append([start, length])
            at += length
        else:
            own.append(lines[at])
            at += 1
    _flush(own, steps)
    return zlib.compress(json.dumps(steps, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"), 9)


def decode(blob: bytes, base: str) -> str:
    """Undo `encode`, given the same `base`. Raises ArchiveError for what `encode` did not make, or more than MOST."""
    have, size = base.split("\n"), 0
    lines: list[str] = []
    try:
        for step in json.loads(inflate(blob)):
            new = [step] if isinstance(step, str) else have[step[0] : step[0] + step[1]]
            size += sum(map(len, new)) + LINE * len(new)
            if size > MOST:
                raise too_long()
            lines += new
    except (ValueError, RecursionError, TypeError, LookupError) as error:
        raise ArchiveError(f"The archive holds a request to a model that cannot be read ({error}).") from error
    return "\n".join(lines)


LINE = 64
"""Bytes that a line needs in memory, however short it is."""

MAX_PLACES = 8
"""Places in the base that are tried for one line; common lines stand in very many."""


def _longest(lines: list[str], at: int, have: list[str], places: list[int]) -> tuple[int, int]:
    """Start in `have` and length of the longest run of lines that begins at `at`."""
    best = (0, 0)
    for place in places[:MAX_PLACES]:
        length = 0
        while place + length < len(have) and at + length < len(lines) and have[place + length] == lines[at + length]:
            length += 1
        best = max(best, (place, length), key=lambda found: found[1])
    return best


def _flush(own: list[str], steps: list[list[int] | str]) -> None:
    if own:
        steps.append("\n".join(own))
        own.clear()
