"""Every reference program, and the learned heads, on folders in BEIR layout; and what of the published claims holds.

    python scripts/bench_reference.py --search FOLDER... --held-out FOLDER... [--encoder minilm] [--max-queries 150]

Prints cost, deltas and intervals for each set of folders, with --heads (which needs both) those of learned heads, and
what of the claims the sets can tell. What is evaluated is kept in --archive and not evaluated again, so the script can
be stopped and started.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from harness import api
from harness.cli.outputs import Outputs, show, show_heads
from harness.reproduce.claims import Claim, judge
from harness.reproduce.published import load_published
from harness.reproduce.report import Part, programs_section
from harness.screen.live import open_matrix
from harness.transfer.analysis import Analysis, analyse
from harness.transfer.matrix import Matrix

_NOTHING = analyse(Matrix((), (), (), ()))


def main() -> None:
    """Evaluate each set of folders and print its table, then the heads and the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search", nargs="+", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--held-out", nargs="+", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--programs", nargs="+", default=["reference"])
    parser.add_argument("--encoder", default="minilm")
    parser.add_argument("--max-queries", type=int, default=150)
    parser.add_argument("--heads", action="store_true", help="train heads on the searched folders, judge them on both")
    parser.add_argument("--archive", default="bench-reference.db")
    parser.add_argument(
        "--files", type=Path, metavar="FOLDER", help="write a CSV, a table and a heatmap of each set there"
    )
    arguments = parser.parse_args()
    if arguments.heads and not (arguments.search and arguments.held_out):
        parser.error("--heads needs --search to train on and --held-out to judge on.")
    sets = {"search": arguments.search, "held-out": arguments.held_out}
    analyses = {name: _table(name, folders, arguments) for name, folders in sets.items() if folders}
    heads = _heads(arguments) if arguments.heads else (_NOTHING, _NOTHING)
    in_domain, held_out = (analyses.get(name, _NOTHING) for name in sets)
    _claims(judge(load_published(), in_domain, held_out, heads))


def _tasks(folders: Sequence[Path], arguments: argparse.Namespace) -> list[str]:
    paths = ",".join(str(folder.resolve()) for folder in folders)
    return ["tasks=folder", f"tasks.paths=[{paths}]", f"tasks.max_queries={arguments.max_queries}"]


def _common(arguments: argparse.Namespace) -> list[str]:
    return [f"encoder={arguments.encoder}", f"archive.path={arguments.archive}"]


def _table(name: str, folders: Sequence[Path], arguments: argparse.Namespace) -> Analysis:
    began = time.perf_counter()
    with open_matrix() as watcher:
        matrix = api.transfer(arguments.programs, *_common(arguments), *_tasks(folders, arguments), watcher=watcher)
    seconds = time.perf_counter() - began
    print(f"\n{name}: {len(matrix.cells.cells)} cells, {seconds:.0f} s with what the archive and the cache had")
    written = arguments.files
    csv, heatmap = (written / f"{name}.{ending}" if written else None for ending in ("csv", "png"))
    show(matrix, Outputs(csv=csv, heatmap=heatmap))
    if written:
        (written / f"{name}.md").write_text(programs_section(name, Part(matrix.cells, matrix.analysis)) + "\n", "utf-8")
    return matrix.analysis


def _heads(arguments: argparse.Namespace) -> tuple[Analysis, Analysis]:
    searched = [*_common(arguments), *_tasks(arguments.search, arguments)]
    with open_matrix() as watcher:
        judged = api.heads((), *searched, held_out=_tasks(arguments.held_out, arguments), watcher=watcher)
    show_heads(judged, Outputs())
    return judged.in_domain.analysis, judged.held_out.analysis


def _claims(claims: Sequence[Claim]) -> None:
    print("\nPublished claims")
    for claim in claims:
        print(f"* {claim.text}: {claim.answer}; {claim.ours}")


if __name__ == "__main__":
    main()
