"""Load everything that a program may need, before anything is locked: afterwards no file can be opened."""

import importlib
import warnings
from types import ModuleType

from sandbox.modules import FORBIDDEN_NUMPY, allowed_modules

CODECS = ("ascii", "latin_1", "utf_8", "utf_16", "utf_32", "unicode_escape", "raw_unicode_escape")
"""Text encodings that Python would otherwise look up on disk at first use."""

LAZY = ("encodings.idna", "numpy.lib._format_impl", "numpy.ma", "contextlib", "linecache", "traceback", "tokenize")
"""Modules that the standard library and numpy import inside functions."""

PROBED = (
    "_thread", "ctypes", "fcntl", "json", "mmap", "os", "resource", "signal", "socket", "struct", "subprocess",
    "threading", "time",
)  # fmt: skip
"""Modules with which self-test and contract try to break out: a door that could not be tried would look shut."""


def preload(allow_primitives: bool) -> None:
    """Import every allowed module, touch every public name of numpy, and run what allocates on first use."""
    for name in (*allowed_modules(allow_primitives), *LAZY, *PROBED):
        importlib.import_module(name)
    for codec in CODECS:
        importlib.import_module(f"encodings.{codec}")
    _touch(importlib.import_module("numpy"))


def _touch(numpy: ModuleType) -> None:
    """Make numpy load the submodules that it loads on first access."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in numpy.__all__:
            if name not in FORBIDDEN_NUMPY:
                getattr(numpy, name)
