"""Python's parser, for one thread at a time and without its warnings."""

import ast
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_ONE = threading.Lock()


@contextmanager
def parsing() -> Iterator[None]:
    """Let nobody else parse meanwhile, and silence what the interpreter would warn of.

    CPython counts the parser's depth for all threads together, so that two which parse at once may end in a SystemError
    (https://github.com/python/cpython/issues/106905); and its warning filters are of all threads, too.
    """
    with _ONE, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def syntax_tree(source: str) -> ast.Module:
    """The tree of a source. Raises what `ast.parse` raises."""
    with parsing():
        return ast.parse(source)
