"""What of the encoder's vectors a program reads for a query: whoever puts it to work must keep that."""

import ast
from functools import lru_cache

from sandbox.rules.table import CHOSEN, POSITIONAL
from sandbox.syntax import syntax_tree

GIVEN = frozenset({*POSITIONAL, *CHOSEN})
"""What rerank is given of vectors and of their similarities, by name."""


@lru_cache(maxsize=256)  # asked for every task that a program runs on
def read_by_rerank(source: str) -> frozenset[str]:
    """Which of `GIVEN` its rerank reads; all of them where there is no such function at its top.

    A name that rerank mentions counts as read. What only its index reads is needed while it indexes, and not kept.
    """
    functions = (node for node in syntax_tree(source).body if isinstance(node, ast.FunctionDef))
    rerank = next((node for node in functions if node.name == "rerank"), None)
    if rerank is None:
        return GIVEN
    return GIVEN & {node.id for node in ast.walk(rerank) if isinstance(node, ast.Name)}
