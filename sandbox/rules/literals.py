"""Data and tuned numbers written into a program: LITERALS, TUNING."""

import ast
from collections.abc import Iterator

from sandbox.rules.capacity import DISPLAYS, digits, is_structural, measure
from sandbox.rules.table import (
    MAX_DATA_BITS,
    MAX_INTEGER,
    MAX_SIGNIFICANT_DIGITS,
    MAX_TABLE_NUMBERS,
    MAX_TUNED_CONSTANTS,
)
from sandbox.rules.violation import Violation, violation


def check(tree: ast.Module) -> Iterator[Violation]:
    yield from _tables(tree)
    yield from _bytes(tree)
    yield from _carried(tree)
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
    return not is_structural(value)


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
    elif len(digits(value)) > MAX_SIGNIFICANT_DIGITS:
        yield violation("TUNING", line, f"The number {value} has {len(digits(value))} significant digits.")


def _tables(tree: ast.Module) -> Iterator[Violation]:
    for node in ast.walk(tree):
        if isinstance(node, DISPLAYS):
            count = sum(1 for _ in _numbers(node))
            if count > MAX_TABLE_NUMBERS:
                yield violation("LITERALS", node.lineno, f"A literal holds {count} numbers.")


def _bytes(tree: ast.Module) -> Iterator[Violation]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
            yield violation("LITERALS", node.lineno, "The program holds a bytes literal.")


def _carried(tree: ast.Module) -> Iterator[Violation]:
    held = measure(tree)
    if held.bits > MAX_DATA_BITS:
        parts = f"{held.numbers} in numbers, {held.strings} in strings, {held.names} in names, {held.lists} in lists"
        yield violation("LITERALS", 1, f"The program can carry {held.bits} bits of data ({parts}).")
