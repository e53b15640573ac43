"""The outer form of a program: SIGNATURE, TOPLEVEL, GLOBAL."""

import ast
from collections.abc import Iterator

from sandbox.rules.table import CHOSEN, INDEX, INDEX_KEYWORD_ONLY, INDEX_POSITIONAL, KEYWORD_ONLY, POSITIONAL
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
    reranks = _functions(tree, "rerank")
    if len(reranks) != 1:
        line = reranks[1].lineno if reranks else 1
        yield violation("SIGNATURE", line, f"The program has {len(reranks)} top-level functions named rerank.")
        return
    (rerank,) = reranks
    indexed = any(argument.arg == INDEX for argument in rerank.args.kwonlyargs)
    if not _fits(rerank, POSITIONAL, (*KEYWORD_ONLY, INDEX) if indexed else KEYWORD_ONLY, CHOSEN):
        yield violation("SIGNATURE", rerank.lineno, "rerank has other parameters, or is asynchronous.")
    # Where rerank takes no index, a function of that name is the program's own affair.
    made = _functions(tree, INDEX) if indexed else []
    if indexed and len(made) != 1:
        line = made[1].lineno if made else rerank.lineno
        yield violation("SIGNATURE", line, f"rerank takes index, and {len(made)} top-level functions make one.")
    elif indexed and not _fits(made[0], INDEX_POSITIONAL, INDEX_KEYWORD_ONLY, CHOSEN[1:]):
        yield violation("SIGNATURE", made[0].lineno, "index has other parameters, or is asynchronous.")


def _functions(tree: ast.Module, name: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    ]


def _fits(
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    positional: tuple[str, ...],
    keyword_only: tuple[str, ...],
    chosen: tuple[str, ...],
) -> bool:
    arguments = function.args
    return (
        isinstance(function, ast.FunctionDef)
        and not arguments.posonlyargs
        and tuple(argument.arg for argument in arguments.args) == positional
        and sorted(argument.arg for argument in arguments.kwonlyargs if argument.arg not in chosen)
        == sorted(keyword_only)
        and arguments.vararg is None
        and arguments.kwarg is None
    )


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
