"""Doors to chance that can be seen in the source: DETERMINISM. The audits find the others, by running twice."""

import ast
import re
from collections.abc import Iterator

from sandbox.rules.table import UNSTABLE_ATTRIBUTES, UNSTABLE_NAMES
from sandbox.rules.violation import Violation, violation

WRITERS = frozenset({"ascii", "format", "repr", "str"})
"""Builtins that make a text of a value: that of an object without one of its own shows its address."""

DATES = re.compile(r"datetime64|timedelta64|(?<![A-Za-z0-9])[Mm]8(?![A-Za-z0-9])")
"""What a string says that makes numpy read dates, and with them "now"."""


def check(tree: ast.Module) -> Iterator[Violation]:
    functions = set(_functions(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in UNSTABLE_NAMES:
            yield violation("DETERMINISM", node.lineno, f"The builtin {node.id} is used.")
        elif isinstance(node, ast.Attribute | ast.alias) and _name(node) in UNSTABLE_ATTRIBUTES:
            yield violation("DETERMINISM", node.lineno, f"{_name(node)} is used.")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and DATES.search(node.value):
            yield violation("DETERMINISM", node.lineno, "A string names a type of dates.")
        for value in _written(node):
            if _shows_address(value, functions):
                yield violation("DETERMINISM", value.lineno, "A text is made of an object that shows its address.")


def _name(node: ast.Attribute | ast.alias) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.name


def _functions(tree: ast.Module) -> Iterator[str]:
    """Names that stand for a function or a lambda and for nothing else."""
    bound = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    bound += [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name not in bound:
            yield node.name


def _written(node: ast.AST) -> list[ast.expr]:
    """Values of which a node makes a text."""
    if isinstance(node, ast.FormattedValue):
        return [node.value]
    if not isinstance(node, ast.Call):
        return []
    function = node.func
    by_builtin = isinstance(function, ast.Name) and function.id in WRITERS
    by_template = isinstance(function, ast.Attribute) and function.attr == "format"
    return [*node.args, *(keyword.value for keyword in node.keywords)] if by_builtin or by_template else []


def _shows_address(value: ast.expr, functions: set[str]) -> bool:
    if isinstance(value, ast.Lambda | ast.GeneratorExp):
        return True
    if isinstance(value, ast.Name):
        return value.id in functions
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "object"
