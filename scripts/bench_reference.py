"""Every reference program on folders in BEIR layout: cost, deltas, intervals; one table per set of folders.

    python scripts/bench_reference.py --search FOLDER... --held-out FOLDER... [--encoder minilm] [--max-queries 150]

What is evaluated is kept in --archive and not evaluated again, so the script can be stopped and started.
"""

import argparse
import time
from pathlib import Path

from archive import Archive
from harness.tasks.load import load_tasks
from harness.transfer.analysis import analyse
from harness.transfer.display import open_display
from harness.transfer.job import evaluate_missing
from harness.transfer.matrix import read_matrix
from harness.transfer.request import read_request
from harness.transfer.transfer import Outputs, show


def main() -> None:
    """Evaluate each set of folders, then print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search", nargs="+", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--held-out", nargs="+", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--programs", nargs="+", default=["reference"])
    parser.add_argument("--encoder", default="minilm")
    parser.add_argument("--max-queries", type=int, default=150)
    parser.add_argument("--archive", default="bench-reference.db")
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="write a CSV and a heatmap of each set there")
    arguments = parser.parse_args()
    for name, folders in (("search", arguments.search), ("held-out", arguments.held_out)):
        if folders:
            _table(name, folders, arguments)


def _table(name: str, folders: list[Path], arguments: argparse.Namespace) -> None:
    paths = ",".join(str(folder.resolve()) for folder in folders)
    request = read_request(
        [
            *arguments.programs,
            f"encoder={arguments.encoder}",
            "tasks=folder",
            f"tasks.paths=[{paths}]",
            f"tasks.max_queries={arguments.max_queries}",
            f"archive.path={arguments.archive}",
        ]
    )
    began = time.perf_counter()
    with Archive.open(arguments.archive) as archive:
        with open_display() as display:
            done = evaluate_missing(request, load_tasks(request.settings.tasks), archive, display)
        seconds = time.perf_counter() - began
        matrix = read_matrix(archive, request.programs, done.encoders, [task.fingerprint for task in done.tasks])
    print(f"\n{name}: {len(matrix.cells)} cells, {seconds:.0f} s with what the archive and the cache had")
    written = arguments.files
    show(
        matrix,
        analyse(matrix),
        Outputs(csv=written / f"{name}.csv" if written else None, heatmap=written / f"{name}.png" if written else None),
    )


if __name__ == "__main__":
    main()
