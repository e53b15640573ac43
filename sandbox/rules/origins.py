"""Where the names of a program come from: `field` may be a variable of its own or `dataclasses.field`."""

import ast
from collections.abc import Iterator


class Origins:
    """Full names ("copy.deepcopy") of what a program imports, whatever it calls it."""

    def __init__(self, tree: ast.Module) -> None:
        self._names: dict[str, set[str]] = {}
        self.rebound = {name for node in ast.walk(tree) for name in _stored(node)}
        """Names to which the program gives a value of its own, in whichever scope."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.name if alias.asname else alias.name.partition(".")[0]
                    self._names.setdefault(alias.asname or name, set()).add(name)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self._names.setdefault(alias.asname or alias.name, set()).add(f"{node.module}.{alias.name}")

    def of(self, node: ast.AST) -> set[str]:
        """What a name or a chain of attributes may stand for; nothing where it starts at no import."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id, set())
        if isinstance(node, ast.Attribute):
            return {f"{base}.{node.attr}" for base in self.of(node.value)}
        return set()


def _stored(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    yield from names_bound(node)


def names_bound(node: ast.AST) -> Iterator[str]:
    """Names that a node binds without a Name node."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
