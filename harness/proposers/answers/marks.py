"""Search-and-replace blocks: SEARCH, =======, REPLACE."""

import re
from dataclasses import dataclass

from harness.programs.lines import text_lines

_MARKS = (
    re.compile(r"\s*<{5,9} ?(?:SEARCH|ORIGINAL)\s*:?\s*"),
    re.compile(r"\s*={5,9}\s*"),
    re.compile(r"\s*>{5,9} ?(?:REPLACE|UPDATED)\s*"),
)
_SEARCH = re.compile(r"^[ \t>]*<{5,9} ?(?:SEARCH|ORIGINAL)\b", re.MULTILINE)


class EditError(Exception):
    """One sentence: which edit does not apply, and why."""


@dataclass(frozen=True)
class Edit:
    """Lines to find and the lines to put in their place."""

    search: tuple[str, ...]
    replace: tuple[str, ...]
    near: int | None = None
    """The line, from 1, at which its author believes the lines to stand: of several places the nearest is meant."""


def has_marks(text: str) -> bool:
    """Whether a search-and-replace block begins in a text."""
    return bool(_SEARCH.search(text))


def from_first_mark(lines: list[str]) -> list[str]:
    """The lines from the first SEARCH on."""
    return lines[next((at for at, line in enumerate(lines) if _SEARCH.match(line)), len(lines)) :]


def parse_marked(block: str) -> list[Edit]:
    """The edits of a block. Raises EditError where a mark is missing or out of order."""
    edits: list[Edit] = []
    parts: list[list[str]] = []
    for line in text_lines(block):
        mark = next((index for index, pattern in enumerate(_MARKS) if pattern.fullmatch(line)), None)
        if mark is None or (mark == 1 and len(parts) == 2):
            if parts:
                parts[-1].append(line)
            continue
        if mark != len(parts) % 3:
            raise EditError(f"Edit {len(edits) + 1} is malformed: write SEARCH, =======, REPLACE in that order.")
        if mark == 2:
            edits.append(Edit(tuple(parts[0]), tuple(parts[1])))
            parts = []
        else:
            parts.append([])
    if parts or not edits:
        raise EditError(f"Edit {len(edits) + 1} is not closed: end it with a line >>>>>>> REPLACE.")
    return edits
