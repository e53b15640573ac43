"""sqlite-utils without pandas, which it would load for one type of value that no archive has: the most of its time."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def sqlite_utils() -> "ModuleType":
    """The package; it takes pandas where that is loaded already."""
    absent = "pandas" not in sys.modules
    if absent:
        sys.modules["pandas"] = None  # type: ignore[assignment]  # Python's own mark of what cannot be imported
    try:
        import sqlite_utils
    finally:
        if absent:
            del sys.modules["pandas"]
    return sqlite_utils
