"""From text to a syntax tree: SIZE, NUL, SYNTAX, DEPTH."""

import ast

from sandbox.rules.table import MAX_SOURCE_BYTES
from sandbox.rules.violation import Violation, violation
from sandbox.syntax import parsing


def parse(source: str) -> tuple[ast.Module | None, list[Violation]]:
    """The tree of a source that Python compiles, or why there is none."""
    try:
        size = len(source.encode())
    except UnicodeEncodeError:
        return None, [violation("NUL", 1, "The source is not valid Unicode.")]
    if size > MAX_SOURCE_BYTES:
        return None, [violation("SIZE", 1, f"The source has {size} bytes.")]
    if "\0" in source:
        line = source[: source.index("\0")].count("\n") + 1
        return None, [violation("NUL", line, "The source contains a NUL character.")]
    try:
        with parsing():
            tree = ast.parse(source)
            # Some errors, such as a return outside a function, are found only by the compiler.
            compile(source, "<program>", "exec", dont_inherit=True)
    except (RecursionError, MemoryError):
        return None, [violation("DEPTH", 1, "Python's parser gave up on the nesting of this source.")]
    except SyntaxError as error:
        return None, [violation("SYNTAX", error.lineno or 1, f"Python says: {error.msg}.")]
    except ValueError as error:
        return None, [violation("SYNTAX", 1, f"Python says: {error}.")]
    return tree, []
