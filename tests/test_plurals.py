"""One way to count words: no message holds "time(s)", and none of the harness writes "1 tasks"."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EITHER = re.compile(r"[a-z]\((s|es|ies|n)\)")
PLURAL = re.compile(r" ([a-z]+ )?[a-z]+s\b")
COUNTS = re.compile(r"_?(n|count|times|total)(_|$)")
ALONE = ROOT / "harness" / "export" / "standalone"
"""Copied into packages, so it imports nothing of ours; its counts are beyond limits."""


def faults(source: str, by_count: bool) -> Iterator[str]:
    """Texts of a source that are not counted as `harness.text.counted` does."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and EITHER.search(node.value):
            yield f"line {node.lineno}: {node.value}"
        if isinstance(node, ast.JoinedStr) and by_count:
            for value, after in zip(node.values, node.values[1:], strict=False):
                follows = isinstance(after, ast.Constant) and PLURAL.match(str(after.value))
                if follows and isinstance(value, ast.FormattedValue) and _is_count(value.value):
                    yield f"line {node.lineno}: {ast.unparse(value)}{follows.group()}"


def _is_count(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in {"len", "sum"}
    name = value.id if isinstance(value, ast.Name) else value.attr if isinstance(value, ast.Attribute) else ""
    return bool(COUNTS.match(name))


@pytest.mark.parametrize("room", ["archive", "harness", "primitives", "sandbox", "scripts"])
def test_messages_count_their_words(room: str) -> None:
    files = [file for file in (ROOT / room).rglob("*.py") if ALONE not in file.parents]
    assert files
    found = [f"{file}, {one}" for file in files for one in faults(file.read_text("utf-8"), room == "harness")]
    assert not found, found


@pytest.mark.parametrize(
    "source", ['"3 time(s)"', 'f"{len(x)} tasks"', 'f"{n_tasks:,} whole tasks"', 'f"{a.count} rows"']
)
def test_a_fault_is_found(source: str) -> None:
    assert list(faults(source, by_count=True))
