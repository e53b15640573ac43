"""The `ttc` command's first step: our packages are found before others of their names.

`harness`, `archive` or `configs` may well be folders of a person's own, and PYTHONPATH puts those first. This module
has the distribution's name, which can hardly be one of theirs.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

NAMES = ("archive", "configs", "harness", "primitives", "sandbox")
"""Our packages, which lie beside this file."""
HERE = Path(__file__).resolve().parent


class OursFirst(MetaPathFinder):
    """Finds our packages, and nothing else, whatever stands on the search path before them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return PathFinder.find_spec(fullname, [str(HERE)]) if fullname in NAMES else None


def main() -> None:
    """Run the command line; a package that another distribution has written over ends in one sentence."""
    sys.meta_path.insert(0, OursFirst())
    try:
        from harness.cli import main as run
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in NAMES:
            raise
        print(
            f"ttc: The packages of ttc-retrieval in {HERE} are not whole ({error}); another package may have written "
            "over them: install ttc-retrieval again, in an environment of its own.",
            file=sys.stderr,
        )
        sys.exit(1)
    run()


if __name__ == "__main__":
    main()
