"""The texts of `primitives`: a program that brings its own copy of an operation carries nothing by it."""

import ast
import importlib
import inspect
import pkgutil
from functools import cache

from sandbox.modules import PRIMITIVES


@cache
def library_strings() -> frozenset[str]:
    """Every string in the operations' sources; none where they are not installed."""
    try:
        package = importlib.import_module(PRIMITIVES)
    except ModuleNotFoundError:
        return frozenset()
    names = [f"{PRIMITIVES}.{found.name}" for found in pkgutil.iter_modules(package.__path__) if not found.ispkg]
    trees = [ast.parse(inspect.getsource(importlib.import_module(name))) for name in names]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return frozenset(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
