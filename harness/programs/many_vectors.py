"""Whether a program runs on encoders of many vectors a text alone."""

import ast

from sandbox.rules.table import CHOSEN
from sandbox.syntax import syntax_tree


def needs_many_vectors(source: str) -> bool:
    """Whether its rerank or its index must be given the vectors of texts: whether they name them without a default."""
    functions = [node for node in syntax_tree(source).body if isinstance(node, ast.FunctionDef)]
    return any(
        argument.arg in CHOSEN and default is None
        for function in functions
        if function.name in ("rerank", "index")
        for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    )
