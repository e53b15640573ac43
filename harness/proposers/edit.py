"""Search-and-replace edits: applied whole or refused with a diagnosis, never half."""

import difflib
import re
from dataclasses import dataclass

from harness.programs.lines import text_lines

_MARKS = (re.compile(r"<{5,9} ?SEARCH\s*"), re.compile(r"={5,9}\s*"), re.compile(r">{5,9} ?REPLACE\s*"))


class EditError(Exception):
    """One sentence: which edit does not apply, and why."""


@dataclass(frozen=True)
class Edit:
    """Lines to find and the lines to put in their place."""

    search: tuple[str, ...]
    replace: tuple[str, ...]


def apply_edits(source: str, block: str) -> str:
    """Apply the edits of a fenced block to a source, one after another.

    The lines to find must stand in the source exactly once, trailing blanks aside. Raises EditError otherwise, and
    where the result is the source unchanged.
    """
    lines = text_lines(source)
    for number, edit in enumerate(parse_edits(block), start=1):
        lines = _apply(lines, edit, number)
    if [line.rstrip() for line in lines] == [line.rstrip() for line in text_lines(source)]:
        raise EditError("The edits leave the parent unchanged.")
    return "\n".join(lines) + "\n"


def parse_edits(block: str) -> list[Edit]:
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


def _apply(lines: list[str], edit: Edit, number: int) -> list[str]:
    wanted = [line.rstrip() for line in edit.search]
    if not any(wanted):
        raise EditError(f"Edit {number} has no lines to search for; quote the lines that it replaces.")
    have = [line.rstrip() for line in lines]
    places = [at for at in range(len(have) - len(wanted) + 1) if have[at : at + len(wanted)] == wanted]
    if not places:
        raise EditError(f"Edit {number} does not apply: {_nearest(wanted, have)}.")
    if len(places) > 1:
        found = ", ".join(str(place + 1) for place in places)
        raise EditError(
            f"Edit {number} is ambiguous: its lines stand in the parent at lines {found}; quote more of them."
        )
    return [*lines[: places[0]], *edit.replace, *lines[places[0] + len(wanted) :]]


def _nearest(wanted: list[str], have: list[str]) -> str:
    """Which searched line is missing, and what stands in the parent in its place."""
    missing = next((line for line in wanted if line not in have), None)
    if missing is None:
        return "each of its lines stands in the parent, but not in this order"
    near = difflib.get_close_matches(missing, have, n=1, cutoff=0.4)
    if not near:
        return f"the line {missing.strip()!r} is not in the parent"
    return f"the line {missing.strip()!r} is not in the parent; line {have.index(near[0]) + 1} is {near[0].strip()!r}"
