"""A program with a knob: one constant of its own, set to one value after another."""

import ast
import math
import re

from harness.errors import UsageError
from harness.text import counted
from sandbox.syntax import syntax_tree

_LINE = re.compile(rb"\r\n|\r|\n")
"""What parts lines for Python's parser; `str.splitlines` parts at form feeds and separators, too."""


def turned(source: str, name: str, value: int | float) -> str:
    """The program with its top-level constant `name` set to a number, and else as it was written.

    Raises UsageError unless the number is finite and the program has exactly one assignment of a number to that name.
    """
    if not -math.inf < value < math.inf:
        raise UsageError(f"{name} cannot be {value}; a knob is set to finite numbers, for example {name}=1,2,4.")
    body = syntax_tree(source).body
    found = [number for node in body for one, number in _constants(node) if one == name]
    if len(found) != 1:
        known = sorted({one for node in body for one, _ in _constants(node)})
        raise UsageError(
            f"The program sets {name} {counted(len(found), 'time')} to a number at its top; a knob is set once"
            + (f", as {', '.join(known)}." if known else f": write {name} = 1 above its functions.")
        )
    first, last = _span(source.encode(), found[0])
    return (source.encode()[:first] + repr(value).encode() + source.encode()[last:]).decode()


def _span(source: bytes, node: ast.expr) -> tuple[int, int]:
    """Where an expression begins and ends, in bytes of the UTF-8 source, as the parser counts columns."""
    starts = [0, *(line.end() for line in _LINE.finditer(source))]
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
    return starts[node.lineno - 1] + node.col_offset, starts[end_line - 1] + end_column


def _constants(node: ast.stmt) -> list[tuple[str, ast.expr]]:
    """The name that a statement sets to a number, with that number."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    value = getattr(node, "value", None)
    if len(targets) != 1 or value is None or not _is_number(value):
        return []
    return [(target.id, value) for target in targets if isinstance(target, ast.Name)]


def _is_number(value: ast.expr) -> bool:
    """Whether an expression is a number as written, with or without a sign."""
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub | ast.UAdd):
        value = value.operand
    return isinstance(value, ast.Constant) and type(value.value) in (int, float)
