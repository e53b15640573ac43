"""Fenced blocks as models write them: any fence, any info string, in lists and quotations, with fences inside."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from harness.programs.lines import text_lines

_OPEN = re.compile(r"^(?P<lead>[ \t>]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?)(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
_CLOSE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*$")
_WRAPS = frozenset({"markdown", "md", "text", "txt", ""})
_QUOTED = re.compile(r"^[ \t]*>[ \t]?")


@dataclass(frozen=True)
class Block:
    """What stands in one fence."""

    text: str
    info: str
    """What stands after the opening fence, as it is."""
    after: int
    """Lines outside fences that stand before it."""
    closed: bool = True


def split_blocks(text: str) -> tuple[list[str], list[Block]]:
    """Lines outside fences, and every fenced block with something in it; a fence left open ends with the text.

    A fence around a whole answer, fields and inner fence, is none. A fence within a triple-quoted text of a block does
    not end the block where that can be told.
    """
    lines = text_lines(text)
    prose: list[str] = []
    blocks: list[Block] = []
    at = 0
    while at < len(lines):
        opened = _OPEN.match(lines[at])
        if opened is None or _wraps(opened["info"].strip(), lines, at + 1):
            if opened is None or lines[at].strip("`~ \t"):
                prose.append(lines[at])
            at += 1
            continue
        end = _end(lines, at + 1, opened["fence"])
        inside = "\n".join(_unindented(lines[at + 1 : end], opened["lead"])) + "\n"
        if inside.strip():
            blocks.append(Block(inside, opened["info"].strip(), len(prose), end < len(lines)))
        at = end + 1
    return prose, blocks


def _wraps(info: str, lines: Sequence[str], at: int) -> bool:
    """Whether a fence that opens before `at` stands around prose with a fence of its own."""
    if info.lower() not in _WRAPS:
        return False
    for line in lines[at:]:
        opened = _OPEN.match(line)
        if opened is not None:
            return opened["info"].strip().lower() not in _WRAPS and not _CLOSE.match(line)
        if re.match(r"\s*(?:import|from|def|class|@|\"\"\"|''')", line):
            return False
    return False


def _end(lines: Sequence[str], start: int, fence: str) -> int:
    """The line of the fence that closes: the first one outside triple quotes, else the first; else the end."""
    first = None
    double = single = 0
    for at in range(start, len(lines)):
        closed = _CLOSE.match(lines[at])
        if closed and closed[1].startswith(fence):
            if first is None:
                first = at
            if not double % 2 and not single % 2:
                return at
        double += lines[at].count('"""')
        single += lines[at].count("'''")
    return len(lines) if first is None else first


def _unindented(lines: Sequence[str], lead: str) -> list[str]:
    """The lines without the indentation of their fence, as far as they have it, and without marks of quotation."""
    if ">" in lead:
        lines = [_QUOTED.sub("", line) for line in lines]
        lead = lead.partition(">")[2][1:]
    first = next((line for line in lines if line.strip()), "")
    width = min(len(lead.expandtabs(4)), _indentation(first))
    if not width:
        return list(lines)
    return [line.expandtabs(4)[min(width, _indentation(line)) :] if line[:1] in " \t" else line for line in lines]


def _indentation(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip(" "))


def dedented(text: str) -> str:
    """The text without the indentation that all of its lines have, or that its first one has."""
    plain = textwrap.dedent(text)
    first = next((line for line in plain.splitlines() if line.strip()), "")
    width = _indentation(first)
    if not width:
        return plain
    return "\n".join(line[min(width, _indentation(line)) :] for line in plain.split("\n"))
