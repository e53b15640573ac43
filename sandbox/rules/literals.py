"""Data and tuned numbers written into a program: LITERALS, TUNING."""

import ast
from collections.abc import Iterator
from decimal import Decimal

from sandbox.rules.table import (
    MAX_INTEGER,
    MAX_SIGNIFICANT_DIGITS,
    MAX_STRING_CHARS,
    MAX_TABLE_NUMBERS,
    MAX_TUNED_CONSTANTS,
)
from sandbox.rules.violation import Violation, violation

STRUCTURAL = frozenset({0, 1, 2, 0.5})
"""Numbers that are part of a formula's form; powers of ten are too (guards against division by zero, scales)."""

COLLECTIONS = (ast.List, ast.Tuple, ast.Set, ast.Dict)


def check(tree: ast.Module) -> Iterator[Violation]:
    yield from _tables(tree)
    yield from _strings(tree)
    tuned = []
    for line, value in _numbers(tree):
        yield from _check_number(line, value)
        if is_tuned(value):
            tuned.append(line)
    if len(tuned) > MAX_TUNED_CONSTANTS:
        line = tuned[MAX_TUNED_CONSTANTS]
        yield violation("TUNING", line, f"The program holds {len(tuned)} numeric constants that may be tuned.")


def is_tuned(value: complex) -> bool:
    """Whether a number looks like a setting: it is neither structural nor a power of ten."""
    if isinstance(value, int) and value >= MAX_INTEGER:
        return True
    return value not in STRUCTURAL and _digits(value) != (1,)


def _digits(value: complex) -> tuple[int, ...]:
    """Significant decimal digits of a real number; of an imaginary literal, those of its imaginary part."""
    real = value.imag if isinstance(value, complex) else value
    return Decimal(str(real)).normalize().as_tuple().digits


def _numbers(tree: ast.AST) -> Iterator[tuple[int, complex]]:
    """Line and value of every numeric literal, booleans not counted."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
            continue
        if isinstance(node.value, int | float | complex):
            yield node.lineno, node.value


def _check_number(line: int, value: complex) -> Iterator[Violation]:
    if isinstance(value, int):
        if value >= MAX_INTEGER:
            yield violation("LITERALS", line, "The program holds an integer of 1e15 or more.")
    elif len(_digits(value)) > MAX_SIGNIFICANT_DIGITS:
        yield violation("TUNING", line, f"The number {value} has {len(_digits(value))} significant digits.")


def _tables(tree: ast.Module) -> Iterator[Violation]:
    for node in ast.walk(tree):
        if isinstance(node, COLLECTIONS):
            count = sum(1 for _ in _numbers(node))
            if count > MAX_TABLE_NUMBERS:
                yield violation("LITERALS", node.lineno, f"A literal holds {count} numbers.")


def _strings(tree: ast.Module) -> Iterator[Violation]:
    docstrings = set(_docstrings(tree))
    total = 0
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or node in docstrings:
            continue
        if isinstance(node.value, bytes):
            yield violation("LITERALS", node.lineno, "The program holds a bytes literal.")
        elif isinstance(node.value, str):
            total += len(node.value)
            if total > MAX_STRING_CHARS:
                reason = f"Strings outside docstrings exceed {MAX_STRING_CHARS} characters here."
                yield violation("LITERALS", node.lineno, reason)
                return


def _docstrings(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value
