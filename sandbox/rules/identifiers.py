"""Names and attributes, wherever the grammar puts one: DUNDER, NAME, ATTR, PRIVATE, FORMAT."""

import ast
import string
from collections.abc import Iterator

from sandbox.rules.table import (
    ALLOWED_DUNDERS,
    CALLED_DUNDERS,
    FORBIDDEN_ATTRIBUTES,
    FORBIDDEN_NAMES,
    NAMEDTUPLE_MEMBERS,
)
from sandbox.rules.violation import Violation, violation

READABLE_NAMES = frozenset({"__doc__", "__name__", "__qualname__"})


def check(tree: ast.Module) -> Iterator[Violation]:
    literal_formats = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_plain_format(node)}
    own = set(_own_members(tree)) | NAMEDTUPLE_MEMBERS
    line = 1
    for node in ast.walk(tree):
        line = getattr(node, "lineno", line)
        for name in _identifiers(node):
            yield from _check_identifier(name, line)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield from _check_load(node)
        if isinstance(node, ast.Attribute):
            yield from _check_attribute(node, own)
            if node.attr == "format" and node not in literal_formats:
                yield violation("FORMAT", node.lineno, "format is used on something other than a plain literal.")


def _identifiers(node: ast.AST) -> Iterator[str]:
    """Every identifier a node carries. The parser has normalised them (NFKC)."""
    if isinstance(node, ast.Constant):
        return
    for field, value in ast.iter_fields(node):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and field != "type_comment":
                yield from item.split(".")


def _check_identifier(name: str, line: int) -> Iterator[Violation]:
    if name.startswith("__") and name not in ALLOWED_DUNDERS and name not in FORBIDDEN_NAMES:
        why = ", and a program may carry no data in its documentation and names" if name in READABLE_NAMES else ""
        yield violation("DUNDER", line, f"The name {name} is used{why}.")
    if name in FORBIDDEN_ATTRIBUTES:
        yield violation("ATTR", line, f"The name {name} is used.")


def _check_load(node: ast.Name) -> Iterator[Violation]:
    if node.id in FORBIDDEN_NAMES:
        yield violation("NAME", node.lineno, f"The builtin {node.id} is used.")


def _check_attribute(node: ast.Attribute, own: set[str]) -> Iterator[Violation]:
    """Attributes with a leading underscore: special ones that are plain to call, and those of the program itself."""
    if node.attr.startswith("__"):
        if node.attr in ALLOWED_DUNDERS and node.attr not in CALLED_DUNDERS:
            yield violation("DUNDER", node.lineno, f"The attribute {node.attr} is read.")
    elif node.attr.startswith("_") and node.attr not in own:
        yield violation("PRIVATE", node.lineno, f"The attribute {node.attr} is none of the program's own.")


def _own_members(tree: ast.Module) -> Iterator[str]:
    """Names that the program gives to attributes: in the bodies of its classes, and of `self`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            yield node.attr
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, ast.FunctionDef):
                    yield part.name
                elif isinstance(part, ast.Assign | ast.AnnAssign):
                    yield from (child.id for child in ast.walk(part) if isinstance(child, ast.Name))


def _is_plain_format(node: ast.Call) -> bool:
    """True for a call of `format` on a string literal whose fields reach into nothing."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "format":
        return False
    base = node.func.value
    return isinstance(base, ast.Constant) and isinstance(base.value, str) and _fields_are_plain(base.value)


def _fields_are_plain(template: str) -> bool:
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError:
        return False
    return all(
        name is None or (not set(name) & set(".[") and _fields_are_plain(specification or ""))
        for _, name, specification, _ in fields
    )
