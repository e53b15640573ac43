"""The outer form of a program: SIGNATURE, TOPLEVEL, GLOBAL."""

import ast
from collections.abc import Iterator

from sandbox.rules.table import KEYWORD_ONLY, POSITIONAL
from sandbox.rules.violation import Violation, violation

AT_TOP = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


def check(tree: ast.Module) -> Iterator[Violation]:
    yield from _signature(tree)
    for position, statement in enumerate(tree.body):
        if not isinstance(statement, AT_TOP) and not (position == 0 and _is_docstring(statement)):
            yield violation("TOPLEVEL", statement.lineno, f"A {type(statement).__name__} stands at the top level.")
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield violation("GLOBAL", node.lineno, f"global {', '.join(node.names)}.")


def _signature(tree: ast.Module) -> Iterator[Violation]:
    functions = [
        node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "rerank"
    ]
    if len(functions) != 1:
        line = functions[1].lineno if functions else 1
        yield violation("SIGNATURE", line, f"The program has {len(functions)} top-level functions named rerank.")
        return
    (function,) = functions
    arguments = function.args
    fits = (
        isinstance(function, ast.FunctionDef)
        and not arguments.posonlyargs
        and tuple(argument.arg for argument in arguments.args) == POSITIONAL
        and sorted(argument.arg for argument in arguments.kwonlyargs) == sorted(KEYWORD_ONLY)
        and arguments.vararg is None
        and arguments.kwarg is None
    )
    if not fits:
        yield violation("SIGNATURE", function.lineno, "rerank has other parameters, or is asynchronous.")


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
