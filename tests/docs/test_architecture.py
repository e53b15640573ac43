"""ARCHITECTURE.md names the rooms that are there, and jobs keep silent."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = {f"harness/{path.name}/" for path in (ROOT / "harness").iterdir() if (path / "__init__.py").exists()}
FILES = {
    f"harness/{path.name}"
    for path in (ROOT / "harness").glob("*.py")
    if path.name not in ("__init__.py", "__main__.py")
}
SILENT = ("programs", "encoders", "tasks", "evaluation", "policies", "proposers", "search", "transfer", "heads")


def test_the_table_lists_exactly_the_rooms() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `(harness/[\w.]+/?)`", text, re.MULTILINE))
    assert listed == ROOMS | FILES


@pytest.mark.parametrize("room", SILENT)
def test_a_job_prints_nothing_and_touches_no_signal(room: str) -> None:
    for path in (ROOT / "harness" / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            printing = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            signalling = isinstance(node, ast.Import) and any(name.name == "signal" for name in node.names)
            assert not printing and not signalling, f"{path.relative_to(ROOT)}, line {getattr(node, 'lineno', 0)}"
