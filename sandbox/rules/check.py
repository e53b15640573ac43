"""Run every rule over a source."""

import ast
from collections.abc import Callable, Iterator

from sandbox.rules import chance, classes, identifiers, literals, modules, parsing, shape
from sandbox.rules.violation import Violation, violation

Pass = Callable[[ast.Module], Iterator[Violation]]


def check(source: str, *, allow_primitives: bool = True) -> list[Violation]:
    """Every violation in a program's source, by line; an empty list lets it run. Never raises."""
    tree, broken = parsing.parse(source)
    if tree is None:
        return broken
    passes: tuple[Pass, ...] = (
        shape.check,
        identifiers.check,
        classes.check,
        chance.check,
        literals.check,
        lambda module: modules.check(module, allow_primitives),
    )
    try:
        found = {item for run in passes for item in run(tree)}
    except RecursionError:
        return [violation("DEPTH", 1, "The program is nested too deeply.")]
    return sorted(found, key=lambda item: (item.line, item.code, item.message))
