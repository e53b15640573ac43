"""Imports from other programs stand for their code."""

import ast

import numpy as np
import pytest

from harness.programs.borrow import BorrowError, borrow
from harness.programs.view import ProgramView

LENDER = '''"""Damps."""
import numpy as np
from primitives import zscore

SCALE = 0.5


def _scale(x):
    return x * SCALE  # by half


def damped(sim):
    return np.tanh(_scale(sim))


def unused(sim):
    return zscore(sim)


def recursive(n, sim):
    return sim if n == 0 else recursive(n - 1, damped(sim))
'''
VIEWS = {
    "p7": ProgramView("run.7", "Damps", LENDER, None, None),
    "p8": ProgramView("run.8", "Broken", "def (", None, None),
}


def resolved(source: str) -> str:
    return borrow(source, VIEWS.get)[0]


def run(source: str, name: str) -> object:
    """What a name is worth after a source has run."""
    space: dict[str, object] = {}
    exec(compile(resolved(source), "borrower", "exec"), space)
    return space[name]


def test_a_function_comes_with_all_that_it_needs_and_nothing_else() -> None:
    source, lenders = borrow("from p7 import damped\n\nx = damped(2.0)\n", VIEWS.get)
    assert lenders == ("run.7",)
    assert "# by half" in source and "SCALE = 0.5" in source and "import numpy as np" in source
    assert "unused" not in source and "zscore" not in source and "p7" not in source
    assert run("from p7 import damped\nx = damped(2.0)\n", "x") == np.tanh(1.0)


def test_names_that_are_taken_make_way() -> None:
    source = "from p7 import damped\nSCALE = 100\ndef _scale(x):\n    return -x\nx = damped(2.0) + _scale(SCALE)\n"
    assert run(source, "x") == np.tanh(1.0) - 100
    twice = "from p7 import recursive as deep\ndef recursive(x):\n    return 5\nx = deep(2, 2.0) + recursive(1)\n"
    assert run(twice, "x") == np.tanh(np.tanh(1.0) / 2) + 5


def test_several_imports_from_one_program_bring_its_parts_once() -> None:
    source = resolved("from p7 import damped\nfrom p7 import _scale\nx = damped(_scale(1.0))\n")
    assert [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)] == ["_scale", "damped"]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("import p7", "write from p7 import NAME"),
        ("from p9 import x", "this run has no program p9"),
        ("from p7 import nothing", "Program p7 defines no nothing; it defines SCALE, _scale, damped"),
        (
            "from p7 import damped\ndef damped(x):\n    return x",
            "defines damped itself; write from p7 import damped as",
        ),
        ("def f():\n    from p7 import damped", "within a function; do so at the top"),
        ("from p7 import *", "name the functions that you need"),
        ("from p8 import x", "Program p8 is not valid Python"),
        ("from p7 import damped\nimport os as np", "needs `import numpy as np`, and np is something else here"),
    ],
)
def test_what_cannot_be_imported_is_one_sentence(source: str, sentence: str) -> None:
    with pytest.raises(BorrowError) as caught:
        resolved(source)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "source", ["import numpy as np\nfrom primitives import zscore\n", "from foo import x\n", "def ("]
)
def test_other_imports_stay(source: str) -> None:
    assert borrow(source, VIEWS.get) == (source, ())
