"""Primitives written out: the same scores, no import, nothing that is not needed."""

import ast

import numpy as np
import pytest

from harness.programs.inline import inline_primitives
from primitives import programs
from tests.primitives.run import run_program


@pytest.mark.parametrize("name", programs.names())
def test_a_reference_program_stands_alone(name: str) -> None:
    inlined = inline_primitives(programs.source(name))
    modules = {node.module for node in ast.walk(ast.parse(inlined)) if isinstance(node, ast.ImportFrom)}
    assert not any((module or "").startswith("primitives") for module in modules)
    assert np.array_equal(run_program(inlined), run_program(programs.source(name)))


def test_a_program_without_primitives_stays_as_it_is() -> None:
    source = programs.source("identity")
    assert inline_primitives(source) == source


def test_only_what_is_needed_is_written_out() -> None:
    inlined = inline_primitives(programs.source("soft_centroid"))
    defined = {node.name for node in ast.parse(inlined).body if isinstance(node, ast.FunctionDef)}
    assert defined == {"centroid", "cosines", "rocchio", "top_k", "unit_power", "unit_rows", "rerank"}


def test_what_a_program_names_keeps_the_first_line_of_its_documentation() -> None:
    tree = ast.parse(inline_primitives(programs.source("soft_centroid")))
    told = {node.name: ast.get_docstring(node) for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert told["cosines"] == "Inner products, for unit rows their cosines: (Q, dim) and (N, dim) -> float32 (Q, N)."
    assert told["unit_power"] is None  # used by `unit_rows` alone


@pytest.mark.parametrize(
    "line",
    [
        "import primitives",
        "from primitives.fusion import borda",
        "from primitives import bm25 as b",
        "from primitives import x",
    ],
)
def test_other_forms_of_import_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match="from primitives import name"):
        inline_primitives(f"{line}\n")


@pytest.mark.parametrize("separator", ["\f", "\x1c", "\x85", "\u2028", "\v", "\r"])
def test_what_only_looks_like_a_line_end_leaves_no_import(separator: str) -> None:
    source = f'"""One{separator}two"""\nfrom primitives import top_k\n\n\ndef rerank():\n    return top_k\n'
    inlined = inline_primitives(source)
    assert "from primitives" not in inlined
    assert "def rerank" in inlined
    assert ast.get_docstring(ast.parse(inlined), clean=False) == ast.get_docstring(ast.parse(source), clean=False)
    assert ast.unparse(ast.parse(inlined).body[-1]) == ast.unparse(ast.parse(source).body[-1])
