"""A matrix shown and written: on the terminal, as JSON, CSV, LaTeX and as a picture."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.heads.job import TITLES, Judged
from harness.report.heatmap import draw_heatmap
from harness.screen.transfer import print_transfer
from harness.transfer.analysis import Analysis, analyse
from harness.transfer.files import transfer_view, write_csv, write_latex
from harness.transfer.matrix import Matrix


@dataclass(frozen=True)
class Outputs:
    """Where a matrix is written beside the terminal."""

    as_json: bool = False
    csv: Path | None = None
    latex: Path | None = None
    heatmap: Path | None = None

    def suffixed(self, suffix: str) -> "Outputs":
        """The same with `-suffix` in the files' names."""

        def named(path: Path | None) -> Path | None:
            return None if path is None else path.with_name(f"{path.stem}-{suffix}{path.suffix}")

        return Outputs(self.as_json, named(self.csv), named(self.latex), named(self.heatmap))


def show(matrix: Matrix, analysis: Analysis, outputs: Outputs) -> None:
    """Print a matrix and write the files asked for."""
    if outputs.as_json:
        print(json.dumps(transfer_view(matrix, analysis), indent=2))
    else:
        print_transfer(matrix, analysis)
    write_files(matrix, analysis, outputs)


def show_heads(judged: Judged, outputs: Outputs) -> None:
    """Print and write both matrices of heads, in-domain and held out."""
    matrices: Mapping[str, Matrix] = {"in-domain": judged.in_domain, "held-out": judged.held_out}
    views = {}
    for title, matrix in matrices.items():
        analysis = analyse(matrix, seed=judged.seed)
        views[title] = transfer_view(matrix, analysis)
        if not outputs.as_json:
            print(f"\n{title}: {TITLES[title]}")
            print_transfer(matrix, analysis)
        write_files(matrix, analysis, outputs.suffixed(title))
    if outputs.as_json:
        print(json.dumps(views, indent=2))


def write_files(matrix: Matrix, analysis: Analysis, outputs: Outputs) -> None:
    """Write the files asked for."""
    if outputs.csv is not None:
        write_csv(matrix, outputs.csv)
    if outputs.latex is not None:
        write_latex(matrix, analysis, outputs.latex)
    if outputs.heatmap is not None and matrix.cells:
        draw_heatmap(matrix, outputs.heatmap)
