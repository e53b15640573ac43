"""Whether a text is Python, without a word where it is not."""

import ast
import re

from sandbox.syntax import syntax_tree

RERANK = re.compile(r"^[ \t]*(?:async[ \t]+)?def\s+rerank\b", re.MULTILINE)
"""What every program has, wherever a block is indented."""


def parse_python(source: str) -> ast.Module | SyntaxError | None:
    """The tree of a source, the error with its line, or None where the parser gives up without one."""
    try:
        return syntax_tree(source)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None


def parses(source: str) -> bool:
    """Whether a source is Python."""
    return isinstance(parse_python(source), ast.Module)


def is_program(source: str) -> bool:
    """Whether a source is Python with a `rerank` at its top level, and not fields that happen to parse before one."""
    tree = parse_python(source) if "rerank" in source else None
    if not isinstance(tree, ast.Module):
        return False
    fields = any(isinstance(node, ast.AnnAssign) and node.value is None for node in tree.body)
    return not fields and any(isinstance(node, ast.FunctionDef) and node.name == "rerank" for node in tree.body)
