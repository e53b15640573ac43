"""Classes made, altered or matched at run time, which reach attributes by computed names: CLASS, EXCEPTION."""

import ast
from collections.abc import Iterator

from sandbox.rules.origins import Origins
from sandbox.rules.violation import Violation, violation

SELF_MATCHING = frozenset(
    {"bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}
)
"""Builtins whose one positional pattern matches the value itself and looks up no attribute."""

DATACLASS = "dataclasses.dataclass"
FIELD = "dataclasses.field"
PLAIN_CALLS = ("copy.deepcopy", "functools.wraps")
"""Functions that write or read what their further arguments name: called with one argument, they are harmless."""


def check(tree: ast.Module) -> Iterator[Violation]:
    yield from _made(tree)
    origins = Origins(tree)
    yield from _matched(tree, origins.rebound)
    fields, calls = set(_lasting_fields(tree, origins)), set(_plain_calls(tree))
    for node in ast.walk(tree):
        names = origins.of(node)
        if FIELD in names and node not in fields:
            yield _misused(node, FIELD, "as the value of a field that its dataclass does not use again")
        for name in sorted(names.intersection(PLAIN_CALLS)):
            if node not in calls:
                yield _misused(node, name, "with one argument")


def _misused(node: ast.AST, name: str, only: str) -> Violation:
    return violation("CLASS", getattr(node, "lineno", 1), f"{name} is used other than to be called {only}.")


def _made(tree: ast.Module) -> Iterator[Violation]:
    compared = set(_compared_types(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "type" and node not in compared:
            yield violation("CLASS", node.lineno, "type is used other than as in type(x) is int.")
        elif isinstance(node, ast.ClassDef) and node.keywords:
            yield violation("CLASS", node.lineno, f"Class {node.name} has a metaclass or another keyword.")


def _matched(tree: ast.Module, rebound: set[str]) -> Iterator[Violation]:
    for node in ast.walk(tree):
        if isinstance(node, ast.MatchClass) and not _is_plain(node, rebound):
            yield violation("CLASS", node.lineno, "A class pattern looks into the value's attributes.")
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield violation("EXCEPTION", node.lineno, f"except ... as {node.name}.")


def _compared_types(tree: ast.Module) -> Iterator[ast.expr]:
    """The name `type` in `type(x) is y`. Any other comparison hands the type to a method that may keep it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and all(isinstance(operator, ast.Is | ast.IsNot) for operator in node.ops):
            calls = (operand for operand in (node.left, *node.comparators) if isinstance(operand, ast.Call))
            yield from (call.func for call in calls if _has_one_argument(call))


def _is_plain(pattern: ast.MatchClass, rebound: set[str]) -> bool:
    if pattern.kwd_attrs:
        return False
    return not pattern.patterns or (isinstance(pattern.cls, ast.Name) and pattern.cls.id in SELF_MATCHING - rebound)


def _plain_calls(tree: ast.Module) -> Iterator[ast.expr]:
    return (node.func for node in ast.walk(tree) if isinstance(node, ast.Call) and _has_one_argument(node))


def _has_one_argument(call: ast.Call) -> bool:
    return len(call.args) == 1 and not isinstance(call.args[0], ast.Starred) and not call.keywords


def _lasting_fields(tree: ast.Module, origins: Origins) -> Iterator[ast.expr]:
    """`field` where it makes a field of a dataclass that the program cannot get hold of.

    Whoever holds a field may rename it, and a dataclass that inherits it runs its name as code.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or not _is_dataclass(node, origins):
            continue
        loaded = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
        for part in node.body:
            if not isinstance(part, ast.AnnAssign) or not isinstance(part.value, ast.Call):
                continue
            if isinstance(part.target, ast.Name) and part.target.id not in loaded:
                yield part.value.func


def _is_dataclass(node: ast.ClassDef, origins: Origins) -> bool:
    """Whether the innermost decorator is `dataclass`: before it has run, fields lie open in the class."""
    if not node.decorator_list:
        return False
    last = node.decorator_list[-1]
    decorator = last.func if isinstance(last, ast.Call) else last
    shadowed = isinstance(decorator, ast.Name) and decorator.id in origins.rebound
    return origins.of(decorator) == {DATACLASS} and not shadowed
