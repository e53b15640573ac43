"""A program, or edits, that stand in an answer without a fence."""

import ast
import re

from harness.proposers.answers.diffs import from_first_heading
from harness.proposers.answers.marks import from_first_mark
from harness.proposers.answers.parsing import RERANK, is_program, parse_python

_STARTS = re.compile(r"""^(?:import|from|def|class|async|@|\"{3}|'{3}|#|[A-Za-z_]\w*\s*(?::[^=]*)?=)""")
_CLOSING = re.compile(r"\s*</\w+>\s*")
"""The end of an element that stands around a program: what is before it is whole."""
MOST_STARTS = 30
"""Lines at which the program may begin that are tried."""


def find_unfenced(lines: list[str]) -> tuple[int, str] | None:
    """The line at which a block begins, and its text: edits, a diff, or Python that defines rerank."""
    for found in (from_first_mark(lines), from_first_heading(lines)):
        if found:
            return len(lines) - len(found), "\n".join(found) + "\n"
    if not RERANK.search("\n".join(lines)):
        return None
    starts = [at for at, line in enumerate(lines) if _STARTS.match(line)]
    for start in starts[:MOST_STARTS]:
        source = _python_from(lines[start:])
        if source:
            return start, source
    return None


def why_none(lines: list[str]) -> str:
    """What is wrong with the lines that look like a program, in one sentence; empty where none do."""
    first = next((at for at, line in enumerate(lines) if RERANK.match(line)), None)
    if first is None:
        return ""
    starts = [at for at, line in enumerate(lines[:first]) if re.match(r"(?:import|from) \w", line)]
    tree = parse_python("\n".join(lines[min(starts, default=first) :]))
    where = f" ({tree.msg}, line {tree.lineno} of it)" if isinstance(tree, SyntaxError) else ""
    return f"It defines rerank outside any code block, and what follows is not Python{where}."


def _python_from(lines: list[str]) -> str:
    """The Python at the beginning of lines, prose after it cut off; empty where it defines no rerank."""
    for _ in range(3):
        source = "\n".join(lines).rstrip() + "\n"
        tree = parse_python(source)
        if isinstance(tree, ast.Module):
            return source if is_program(source) else ""
        if tree is None or not tree.lineno:
            return ""
        at = min(tree.lineno, len(lines)) - 1
        while at > 0 and lines[at - 1].strip() and not _CLOSING.fullmatch(lines[at]):
            at -= 1
        lines = lines[:at]
    return ""
