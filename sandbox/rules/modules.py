"""Imports and what is reached through them: IMPORT, MODULE_HOP, MODULE_VALUE, PATCH, REBIND, PRIVATE, MEMBER, NUMPY.

Attribute chains that start at an imported module are followed on the real module objects, so that a module which
happens to import `sys` does not become a way to it.
"""

import ast
import importlib
from collections import defaultdict
from collections.abc import Iterator
from types import ModuleType

from sandbox.modules import FORBIDDEN_NUMPY, PASSAGES, PRIMITIVE_PROGRAMS, PRIMITIVES, allowed_modules, may_use
from sandbox.rules.origins import names_bound
from sandbox.rules.violation import Violation, violation

Bindings = dict[str, set[str]]
"""Local name -> names of the modules that it may stand for, in whichever scope."""


def check(tree: ast.Module, allow_primitives: bool) -> Iterator[Violation]:
    return _Walk(tree, allow_primitives).violations()


class _Walk:
    def __init__(self, tree: ast.Module, allow_primitives: bool) -> None:
        self._tree = tree
        self._allowed = frozenset(allowed_modules(allow_primitives))
        self._allow_primitives = allow_primitives
        self._bindings: Bindings = defaultdict(set)

    def violations(self) -> Iterator[Violation]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Import):
                yield from self._import(node)
            elif isinstance(node, ast.ImportFrom):
                yield from self._import_from(node)
        bases: set[ast.AST] = set()
        for base, attributes in filter(None, map(_chain, _outermost(self._tree))):
            bases.add(base)
            for module in sorted(self._bindings.get(base.id, ())):
                yield from self._follow(module, base, attributes)
        yield from self._misuse(bases)

    # -- imports

    def _is_allowed(self, module: str) -> bool:
        if self._allow_primitives and module.startswith(f"{PRIMITIVES}."):
            return not module.startswith(PRIMITIVE_PROGRAMS)
        return module in self._allowed

    def _import(self, node: ast.Import) -> Iterator[Violation]:
        for alias in node.names:
            if not self._is_allowed(alias.name):
                yield violation("IMPORT", node.lineno, f"import {alias.name}.")
            elif alias.asname:
                self._bindings[alias.asname].add(alias.name)
            else:
                self._bindings[alias.name.partition(".")[0]].add(alias.name.partition(".")[0])

    def _import_from(self, node: ast.ImportFrom) -> Iterator[Violation]:
        name = node.module or ""
        if node.level or not (self._is_allowed(name) or name in PASSAGES):
            yield violation("IMPORT", node.lineno, f"from {'.' * node.level}{name} import ...")
            return
        for alias in node.names:
            if alias.name == "*":
                yield violation("IMPORT", node.lineno, f"from {name} import *.")
                continue
            fault = self._fault(name, alias.name, node.lineno)
            if fault:
                yield fault
                continue
            value = _member(name, alias.name)
            if isinstance(value, ModuleType):
                self._bindings[alias.asname or alias.name].add(value.__name__)

    # -- use

    def _follow(self, module: str, base: ast.Name, attributes: list[ast.Attribute]) -> Iterator[Violation]:
        """Go along an attribute chain as far as it passes through modules."""
        for attribute in attributes:
            fault = self._fault(module, attribute.attr, attribute.lineno)
            if fault:
                yield fault
                return
            if not isinstance(attribute.ctx, ast.Load):
                yield violation("PATCH", attribute.lineno, f"{module}.{attribute.attr} is set or deleted.")
            value = _member(module, attribute.attr)
            if not isinstance(value, ModuleType):
                return
            module = value.__name__
        yield violation("MODULE_VALUE", base.lineno, f"The module {module} is used as a value.")

    def _fault(self, module: str, name: str, line: int) -> Violation | None:
        """What is wrong with taking `name` from an allowed module."""
        if name.startswith("_") and module != "__future__":
            return violation("PRIVATE", line, f"{module}.{name} is private.")
        if module.partition(".")[0] == "numpy" and name in FORBIDDEN_NUMPY:
            return violation("NUMPY", line, f"{module}.{name} is used.")
        if f"{module}.{name}" == PRIMITIVE_PROGRAMS:
            return violation("MODULE_HOP", line, f"{module}.{name} is a module of the harness.")
        value = _member(module, name)
        if isinstance(value, ModuleType) and not (self._is_allowed(value.__name__) or value.__name__ in PASSAGES):
            return violation("MODULE_HOP", line, f"{module}.{name} is the module {value.__name__}.")
        if not may_use(module, name):
            return violation("MEMBER", line, f"{module}.{name} is used.")
        if value is not None and not isinstance(value, ModuleType) and not _is_published(module, name):
            return violation("PRIVATE", line, f"{module} does not publish {name}.")
        return None

    def _misuse(self, bases: set[ast.AST]) -> Iterator[Violation]:
        """Module names that are rebound, or loaded other than as the base of an attribute."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name) and node.id in self._bindings and node not in bases:
                if isinstance(node.ctx, ast.Load):
                    yield violation("MODULE_VALUE", node.lineno, f"The module {node.id} is used as a value.")
                else:
                    yield violation("REBIND", node.lineno, f"{node.id} stands for a module.")
            for name in names_bound(node):
                if name in self._bindings:
                    yield violation("REBIND", getattr(node, "lineno", 1), f"{name} stands for a module.")


def _outermost(tree: ast.Module) -> Iterator[ast.Attribute]:
    """Attributes that are not themselves the base of another attribute."""
    inner = {node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node not in inner:
            yield node


def _chain(attribute: ast.Attribute) -> tuple[ast.Name, list[ast.Attribute]] | None:
    """The base name and the attributes after it, outwards; None when the base is no name."""
    links: list[ast.Attribute] = []
    node: ast.expr = attribute
    while isinstance(node, ast.Attribute):
        links.append(node)
        node = node.value
    return (node, links[::-1]) if isinstance(node, ast.Name) else None


def _member(module: str, name: str) -> object:
    """The real member of an allowed module; None where there is none."""
    return getattr(importlib.import_module(module), name, None)


def _is_published(module: str, name: str) -> bool:
    """Whether a module lists a member for everybody; one that lists nothing means all that it has."""
    return name in getattr(importlib.import_module(module), "__all__", (name,))
