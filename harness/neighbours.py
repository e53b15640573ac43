"""Whether the packages that this one stands on are its own: their names are plain words, which others use too."""

from importlib.util import find_spec
from pathlib import Path

NAMES = ("archive", "configs", "primitives", "sandbox")
"""What lies beside this package; `ttc_retrieval` finds these first wherever `ttc` is what runs."""
HERE = Path(__file__).resolve().parents[1]


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
