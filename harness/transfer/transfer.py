"""From a request to a matrix in the archive, its table and its files."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive import Archive
from harness.tasks.load import load_tasks
from harness.transfer.analysis import Analysis, analyse
from harness.transfer.display import open_display
from harness.transfer.files import transfer_view, write_csv, write_latex
from harness.transfer.job import evaluate_missing
from harness.transfer.matrix import Matrix, read_matrix
from harness.transfer.request import read_request
from harness.transfer.tables import print_transfer


@dataclass(frozen=True)
class Outputs:
    """Where a transfer is written beside the terminal."""

    as_json: bool = False
    csv: Path | None = None
    latex: Path | None = None
    heatmap: Path | None = None
    draw: Callable[[Matrix, Path], None] | None = None
    """What draws the heatmap; the report's room does, which this one does not know."""


def transfer(words: Sequence[str], outputs: Outputs, *, again: bool = False) -> bool:
    """Evaluate what is missing of a matrix and show the whole; False when cells are still missing."""
    request = read_request(words, again=again)
    with Archive.open(request.settings.archive.path) as archive:
        with open_display() as display:
            done = evaluate_missing(request, load_tasks(request.settings.tasks), archive, display)
        fingerprints = [task.fingerprint for task in done.tasks]
        matrix = read_matrix(archive, request.programs, done.encoders, fingerprints)
    show(matrix, analyse(matrix, seed=request.settings.search.seed), outputs)
    return done.complete


def show(matrix: Matrix, analysis: Analysis, outputs: Outputs) -> None:
    """Print a matrix and write the files asked for."""
    if outputs.as_json:
        print(json.dumps(transfer_view(matrix, analysis), indent=2))
    else:
        print_transfer(matrix, analysis)
    write_files(matrix, analysis, outputs)


def write_files(matrix: Matrix, analysis: Analysis, outputs: Outputs) -> None:
    """Write the files asked for."""
    if outputs.csv is not None:
        write_csv(matrix, outputs.csv)
    if outputs.latex is not None:
        write_latex(matrix, analysis, outputs.latex)
    if outputs.heatmap is not None and outputs.draw is not None and matrix.cells:
        outputs.draw(matrix, outputs.heatmap)
