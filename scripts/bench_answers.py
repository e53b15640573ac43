"""Print how answers are read, form by form: usable ones that are taken, unusable ones refused with a true sentence."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.ending import one_sentence
from tests.harness.proposers.answers.cases import FOLDER, Case, answer, difference, load_cases


def main() -> None:
    """Print the table, and every case that comes out otherwise than it must."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=FOLDER, type=Path, help="of cases, as those beside the tests")
    cases = load_cases(parser.parse_args().folder)
    began = time.perf_counter()
    differs = {case.name: difference(case, answer(case)) for case in cases}
    took = time.perf_counter() - began
    print(f"{'form':12} {'usable':>6} {'taken':>6} {'unusable':>9} {'refused':>8}")
    for form in [*sorted({case.form for case in cases}), ""]:
        of_form = [case for case in cases if form in (case.form, "")]
        print(f"{form or 'all':12} {_counted(of_form, differs, True, 6)} {_counted(of_form, differs, False, 9)}")
    for name, said in differs.items():
        if said:
            print(f"{name}: {said}")
    print(f"{1000 * took / max(1, len(cases)):.1f} ms an answer")


def _counted(cases: Sequence[Case], differs: dict[str, str], usable: bool, width: int) -> str:
    """How many there are, and how many of them come out as they must."""
    chosen = [case for case in cases if case.usable is usable]
    right = sum(not differs[case.name] for case in chosen)
    return f"{len(chosen):{width}} {right if chosen else '-':>{6 if usable else 8}}"


if __name__ == "__main__":
    with one_sentence("bench_answers"):
        main()
