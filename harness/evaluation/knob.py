"""A program with a knob: one constant of its own, set to one value after another."""

import ast

from harness.errors import UsageError
from harness.text import counted
from sandbox.syntax import syntax_tree


def turned(source: str, name: str, value: int | float) -> str:
    """The program with its top-level constant `name` set to a number.

    Raises UsageError unless it has exactly one assignment of a number to that name.
    """
    found = [node for node in syntax_tree(source).body if _sets(node, name)]
    if len(found) != 1:
        known = sorted({one for node in syntax_tree(source).body for one in _constants(node)})
        raise UsageError(
            f"The program sets {name} {counted(len(found), 'time')} to a number at its top; a knob is set once"
            + (f", as {', '.join(known)}." if known else f": write {name} = 1 above its functions.")
        )
    node = found[0]
    lines = source.splitlines(keepends=True)
    first, last = node.lineno - 1, node.end_lineno or node.lineno
    return "".join([*lines[:first], f"{name} = {value!r}\n", *lines[last:]])


def _sets(node: ast.stmt, name: str) -> bool:
    return name in _constants(node)


def _constants(node: ast.stmt) -> list[str]:
    """Names that a statement sets to a number."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    value = getattr(node, "value", None)
    is_number = isinstance(value, ast.Constant) and type(value.value) in (int, float)
    return [target.id for target in targets if isinstance(target, ast.Name)] if is_number and len(targets) == 1 else []
