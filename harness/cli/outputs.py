"""A matrix shown and written: on the terminal, as JSON, CSV, LaTeX and as a picture."""

from dataclasses import dataclass
from pathlib import Path

from harness.report.heatmap import draw_heatmap
from harness.results import HEADS_TITLES, Heads, Matrix
from harness.screen.heads import print_gains, print_less_heads
from harness.screen.listing import print_json
from harness.screen.transfer import print_transfer


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


def show(matrix: Matrix, outputs: Outputs) -> None:
    """Print a matrix and write the files asked for."""
    if outputs.as_json:
        print_json(matrix.view())
    else:
        print_transfer(matrix.cells, matrix.analysis, matrix.cost)
    write_files(matrix, outputs)


def show_heads(judged: Heads, outputs: Outputs) -> None:
    """Print and write the matrices of heads: on queries seen in training, on others, and held out."""
    if outputs.as_json:
        print_json(judged.view())
    else:
        print_gains({title: matrix.analysis for title, matrix in judged.parts.items()})
    for title, matrix in judged.parts.items():
        if not outputs.as_json:
            print(f"\n{title}: {HEADS_TITLES[title]}")
            print_transfer(matrix.cells, matrix.analysis, matrix.cost)
            print_less_heads(judged.less_heads(title))
        write_files(matrix, outputs.suffixed(title))


def write_files(matrix: Matrix, outputs: Outputs) -> None:
    """Write the files asked for."""
    if outputs.csv is not None:
        matrix.write_csv(outputs.csv)
    if outputs.latex is not None:
        matrix.write_latex(outputs.latex)
    if outputs.heatmap is not None and matrix.cells.cells:
        draw_heatmap(matrix.cells, outputs.heatmap)
