"""Print how far the harness's own promises hold, section by section, against truth that is known.

    python scripts/bench_truth.py [SECTION ...]     all sections, or those named: the files of scripts/truth

A section is a module with `report() -> Iterator[str]`, whose lines are printed as they come.
"""

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))


def main(names: list[str]) -> None:
    """Run sections in turn; ends with a sentence for one that does not exist."""
    sections = sorted(path.stem for path in (ROOT / "scripts" / "truth").glob("[a-z]*.py"))
    for name in names:
        if name not in sections:
            sys.exit(f"There is no section {name}; choose from {', '.join(sections)}.")
    for name in names or sections:
        print(f"== {name}")
        for line in import_module(f"scripts.truth.{name}").report():
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
