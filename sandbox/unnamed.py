"""Compile a program so that it cannot read its own documentation nor the names of its functions.

Both would carry data past the static rules, which count neither. Lines stay as they are, for tracebacks; names of
classes and of their members, keywords and parameters stay too, because a program cannot do without them.
"""

import ast
from types import CodeType

STAND_IN = "Documented."
"""Stands where documentation stood: with none at all, dataclasses would write their own."""
FUNCTION_NAME = "function"


def compile_unnamed(source: str, file: str) -> CodeType:
    """The code of a program. Raises what `compile` raises."""
    tree = ast.parse(source, file)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = STAND_IN
    return _without_names(compile(tree, file, "exec", dont_inherit=True))


def _without_names(code: CodeType) -> CodeType:
    constants = tuple(_without_names(part) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_consts=constants, co_name=FUNCTION_NAME, co_qualname=FUNCTION_NAME)
