"""A program's sources turned inwards: imports change, nothing else does, and what they reach comes along."""

import ast

import pytest

from harness.export.sources import standalone
from primitives import programs

BODY = "\n\ndef rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    return sim  # primitives\n"


@pytest.mark.parametrize(
    ("line", "inward", "modules"),
    [
        ("from primitives import zscore_fusion", "from .primitives import zscore_fusion", "fusion"),
        ("from primitives import bm25 as lexical", "from .primitives import bm25 as lexical", "lexical"),
        ("from primitives.graph import pagerank", "from .primitives.graph import pagerank", "graph"),
        ("import primitives.graph as g", "from .primitives import graph as g", "graph"),
        ("import primitives.graph", "from . import primitives", "graph"),
        ("import re, primitives as p\np.words", "import re; from . import primitives as p\np.words", "tokens"),
    ],
)  # fmt: skip
def test_each_form_of_import_is_turned_inwards(line: str, inward: str, modules: str) -> None:
    sources = standalone(line + BODY)
    assert sources.program == inward + BODY
    assert modules in sources.modules and "__init__" in sources.modules


def test_a_program_without_primitives_comes_alone_and_unchanged() -> None:
    source = "import numpy as np" + BODY + "\ntext = 'from primitives import bm25'\n"
    sources = standalone(source)
    assert sources.program == source and sources.modules == {}


def test_an_import_over_several_lines_after_other_letters_is_replaced_whole() -> None:
    source = "'Überschrift\u2028'; from primitives import (  # why\n    bm25,\n    words,\n)" + BODY
    assert standalone(source).program == "'Überschrift\u2028'; from .primitives import bm25, words" + BODY


@pytest.mark.parametrize("name", programs.names())
def test_no_reference_program_still_names_the_package_outside(name: str) -> None:
    sources = standalone(programs.source(name))
    for text in (sources.program, *sources.modules.values()):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                assert not [alias for alias in node.names if alias.name.startswith("primitives")]
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                assert not (node.module or "").startswith("primitives")
    copied = set(sources.modules) - {"__init__"}
    for text in sources.modules.values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.level and node.module:
                assert node.module in copied
