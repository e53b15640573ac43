"""Unified diffs as models write them: line numbers are rarely right, so a hunk is read as lines to find and replace.

The libraries on the package index that read unified diffs trust the counts in a hunk's heading, which models get wrong.
"""

import re
from itertools import takewhile

from harness.programs.lines import text_lines
from harness.proposers.answers.marks import Edit, EditError

_HEADING = re.compile(r"^@@(?: -(?P<line>\d+)(?:,\d+)? \+\d+(?:,\d+)? ?@@.*|.*)$")
_FILES = re.compile(r"^--- (?:a/)?(?P<old>\S+).*\n\+\+\+ ", re.MULTILINE)
_OTHER = re.compile(r"^(?:diff --git |index [0-9a-f]+\.\.|new file mode|\\ No newline|\*\*\* (?:Begin|End|Update))")


def is_diff(block: str, info: str = "") -> bool:
    """Whether a block is a unified diff; one without headings is told by its info string and its signs."""
    if _FILES.search(block) or re.search(r"^@@", block, re.MULTILINE):
        return True
    return info.lower().startswith(("diff", "patch")) and bool(re.search(r"^[+-](?![+-])", block, re.MULTILINE))


def diffed_file(block: str) -> str:
    """What a diff calls the file that it changes, less folders and ending; empty where it does not say."""
    found = _FILES.search(block)
    return found["old"].rpartition("/")[2].removesuffix(".py") if found and "/dev/null" not in found["old"] else ""


def from_first_heading(lines: list[str]) -> list[str]:
    """The lines of a diff that stands in prose; empty where there is none."""
    starts = (
        at
        for at, line in enumerate(lines)
        if _HEADING.match(line) or (line.startswith("--- ") and lines[at + 1 : at + 2] and lines[at + 1][:4] == "+++ ")
    )
    return lines[next(starts, len(lines)) :]


def added_whole(block: str) -> str | None:
    """The program that a diff makes of nothing; None where it changes one."""
    body = _body(text_lines(block))
    if any(not line.startswith("+") for line in body if line.strip() and not _HEADING.match(line)):
        return None
    return "".join(f"{line[1:]}\n" for line in body if not _HEADING.match(line))


def parse_diff(block: str) -> list[Edit]:
    """The hunks of a diff as edits. Raises EditError for one that changes nothing or says nowhere."""
    hunks: list[tuple[int | None, list[str]]] = []
    for line in _body(text_lines(block)):
        heading = _HEADING.match(line)
        if heading:
            hunks.append((int(heading["line"]) if heading["line"] else None, []))
        elif hunks or line.strip():
            if not hunks:
                hunks.append((None, []))
            hunks[-1][1].append(line)
    edits = [_edit(near, lines, number) for number, (near, lines) in enumerate(hunks, start=1)]
    changing = [edit for edit in edits if edit.search != edit.replace]
    if not changing:
        raise EditError("The diff removes and adds nothing: mark the lines with - and +.")
    return changing


def _body(lines: list[str]) -> list[str]:
    """The lines of hunks and their headings."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if lines[at].startswith("--- ") and lines[at + 1 : at + 2] and lines[at + 1].startswith("+++ "):
            at += 2
            continue
        if not _OTHER.match(lines[at]):
            kept.append(lines[at])
        at += 1
    return kept


def _edit(near: int | None, lines: list[str], number: int) -> Edit:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    # Where unchanged lines were copied without the blank that marks them, they stand as they are in the parent.
    unchanged = [line for line in lines if line.strip() and line[0] not in "+-"]
    marked = all(line.startswith(" ") for line in unchanged)
    width = min((len(list(takewhile(str.isspace, line))) for line in unchanged), default=0)
    cut = 1 if marked and width % 4 == 1 else 0 if unchanged and width % 4 == 0 else int(marked)
    search = [line[1:] if line[:1] == "-" else line[cut:] for line in lines if line[:1] != "+"]
    replace = [line[1:] if line[:1] == "+" else line[cut:] for line in lines if line[:1] != "-"]
    if not any(map(str.strip, search)) and near is None:
        raise EditError(f"Hunk {number} has no line that stands in the parent; give the lines around the change.")
    return Edit(tuple(search), tuple(replace), near)
