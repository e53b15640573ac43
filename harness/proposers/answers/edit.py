"""Edits applied to a source: whole or refused with a diagnosis, never half."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.programs.lines import text_lines
from harness.proposers.answers.diffs import parse_diff
from harness.proposers.answers.marks import Edit, EditError, has_marks, parse_marked
from harness.proposers.answers.repair import plain


def parse_edits(block: str) -> list[Edit]:
    """The edits of a block: search-and-replace, or a unified diff. Raises EditError for what is neither."""
    return (
        parse_diff(block)
        if not has_marks(block) and any(line[:1] in "+-@" for line in text_lines(block))
        else (parse_marked(block))
    )


def apply_edits(source: str, block: str) -> str:
    """Apply the edits of a block to a source, one after another.

    The lines to find must stand in the source exactly once. They are sought as they are, trailing blanks aside, then
    with typographic signs as those of code, then with another indentation, by which the new lines are then moved too.
    Raises EditError where they are not found so, or at several places, and where the source is left unchanged.
    """
    lines = text_lines(source)
    for number, edit in enumerate(parse_edits(block), start=1):
        lines = _apply(lines, edit, number)
    if [line.rstrip() for line in lines] == [line.rstrip() for line in text_lines(source)]:
        raise EditError("The edits leave the parent unchanged.")
    return "\n".join(lines) + "\n"


def _apply(lines: list[str], edit: Edit, number: int) -> list[str]:
    if not any(map(str.strip, edit.search)):
        if edit.near is None:
            raise EditError(f"Edit {number} has no lines to search for; quote the lines that it replaces.")
        return [*lines[: edit.near], *edit.replace, *lines[edit.near :]]
    for tried, spell in ((edit, str.rstrip), (edit, plain), (_trimmed(edit), plain), (_trimmed(edit), _bare)):
        places = _places(lines, tried.search, spell)
        if len(places) > 1 and edit.near is not None:
            places = [min(places, key=lambda place: abs(place + 1 - (edit.near or 0)))]
        if len(places) > 1:
            found = ", ".join(str(place + 1) for place in places)
            raise EditError(
                f"Edit {number} is ambiguous: its lines stand in the parent at lines {found}; quote more of them."
            )
        if places:
            end = places[0] + len(tried.search)
            moved = _moved(tried, lines[places[0] : end], number) if spell is _bare else tried.replace
            return [*lines[: places[0]], *moved, *lines[end:]]
    raise EditError(f"Edit {number} does not apply: {_nearest(edit.search, lines)}.")


def _places(lines: Sequence[str], search: Sequence[str], spell: Callable[[str], str]) -> list[int]:
    wanted, have = list(map(spell, search)), list(map(spell, lines))
    return [at for at in range(len(have) - len(wanted) + 1) if have[at : at + len(wanted)] == wanted]


def _bare(line: str) -> str:
    return plain(line).lstrip()


def _trimmed(edit: Edit) -> Edit:
    """The edit without empty lines around what it searches for, nor as many around what it puts there."""
    search, new = list(edit.search), list(edit.replace)
    for end in (0, -1):
        while len(search) > 1 and not search[end].strip():
            del search[end]
            if new and not new[end].strip():
                del new[end]
    return replace(edit, search=tuple(search), replace=tuple(new))


def _moved(edit: Edit, found: Sequence[str], number: int) -> list[str]:
    """The new lines with the indentation that stands in the parent.

    Raises EditError where the searched lines tell no indentation for one of them.
    """
    pairs = [(line, other) for line, other in zip(edit.search, found, strict=True) if line.strip()]
    widths: dict[int, int] = {}
    for line, other in pairs:
        if widths.setdefault(_width(line), _width(other)) != _width(other):
            raise EditError(_another_indentation(number, line, other))
    shifts = {have - wanted for wanted, have in widths.items()}
    lines: list[str] = []
    for line in edit.replace:
        width = _width(line)
        moved = width + min(shifts) if len(shifts) == 1 else widths.get(width)
        if line.strip() and (moved is None or moved < 0):
            differing = next(((a, b) for a, b in pairs if _width(a) != _width(b)), pairs[0])
            raise EditError(_another_indentation(number, *differing))
        lines.append(" " * (moved or 0) + line.lstrip() if line.strip() else "")
    return lines


def _another_indentation(number: int, line: str, other: str) -> str:
    return (
        f"Edit {number} does not apply: its indentation is not the parent's, where {line!r} is {other!r}, and the new "
        "lines could be moved in several ways."
    )


def _width(line: str) -> int:
    line = plain(line)
    return len(line) - len(line.lstrip())


def _nearest(search: Sequence[str], lines: Sequence[str]) -> str:
    """Which searched line is missing, and what stands in the parent in its place."""
    have = list(map(_bare, lines))
    missing = next((line for line in search if _bare(line) not in have), None)
    if missing is None:
        return "each of its lines stands in the parent, but not in this order"
    near = difflib.get_close_matches(_bare(missing), have, n=1, cutoff=0.4)
    if not near:
        return f"the line {missing.rstrip()!r} is not in the parent"
    at = have.index(near[0])
    return f"the line {missing.rstrip()!r} is not in the parent; line {at + 1} is {lines[at].rstrip()!r}"
