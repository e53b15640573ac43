"""Whether the packages that this one stands on are its own: their names are plain words, which others use too."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

NAMES = ("archive", "configs", "primitives", "sandbox")
"""What lies beside this package."""
HERE = Path(__file__).resolve().parents[1]


class _OursFirst(MetaPathFinder):
    """Finds these packages, and nothing else, whatever stands on the search path before them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return PathFinder.find_spec(fullname, [str(HERE)]) if fullname in NAMES else None


def find_own_first() -> None:
    """From now on this process finds our packages before others of their names.

    For a process of ours: in a person's own, a package of theirs would be hidden.
    """
    sys.meta_path.insert(0, _OursFirst())


def require_own_packages() -> None:
    """Raise ImportError with one sentence on the first package of one of these names that is another's."""
    for name in NAMES:
        place = _place_of(name)
        if place is not None and place != HERE / name:
            raise ImportError(
                f"The package '{name}' in {place} hides the one that harness needs, {HERE / name}; rename it, or start "
                "Python where it is not on the search path (PYTHONPATH, or the folder of the script)."
            )


def _place_of(name: str) -> Path | None:
    """Where a package lies, or was loaded from; None where that is not to be told."""
    try:
        spec = find_spec(name)
    except ValueError:  # a module that was made and not loaded
        return None
    return Path(spec.origin).resolve().parent if spec and spec.origin else None
