"""Print how far the harness's own promises hold, section by section, against truth that is known.

    python scripts/bench_truth.py [SECTION ...]     all sections, or those named: the files of scripts/truth

A section is a module with `report() -> Iterator[str]`, whose lines are printed as they come.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.ending import one_sentence

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Run sections in turn."""
    sections = sorted(path.stem for path in (ROOT / "scripts" / "truth").glob("[a-z]*.py"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(sections)}")
    asked = parser.parse_args().sections
    if unknown := [name for name in asked if name not in sections]:
        parser.error(f"There is no section {unknown[0]}; choose from {', '.join(sections)}.")
    for name in asked or sections:
        print(f"== {name}")
        for line in import_module(f"scripts.truth.{name}").report():
            print(line, flush=True)


if __name__ == "__main__":
    with one_sentence("bench_truth"):
        main()
