"""The matrix as a picture: a panel per encoder, programs down, tasks across."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.transfer.matrix import Matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage


def draw_heatmap(matrix: Matrix, path: Path) -> None:
    """Write deltas on a diverging scale around zero, grey where there is no result; PNG, SVG or PDF by the ending."""
    from matplotlib.figure import Figure

    deltas = [abs(cell.delta) for cell in matrix.cells if cell.delta is not None]
    limit = max(float(np.quantile(deltas, 0.98)) if deltas else 0.0, 0.01)
    width = 3.0 + 0.42 * len(matrix.tasks) * len(matrix.encoders)
    figure = Figure(figsize=(width, 2.6 + 0.3 * len(matrix.programs)), layout="constrained")
    panels = figure.subplots(1, len(matrix.encoders), sharey=True, squeeze=False)[0]
    for encoder, axes in zip(matrix.encoders, panels, strict=True):
        image = _panel(matrix, encoder, axes, limit)
    panels[0].set_yticks(range(len(matrix.programs)), [name[:30] for name in matrix.programs], parse_math=False)
    bar = figure.colorbar(image, ax=list(panels), extend="both", shrink=0.8)
    bar.set_label("delta nDCG@10 against cosine")
    figure.suptitle(f"n = {len(deltas)} cells with a result of {len(matrix.cells)}; grey: none", fontsize=9)
    figure.savefig(path, dpi=150)


def _panel(matrix: Matrix, encoder: str, axes: "Axes", limit: float) -> "AxesImage":
    rows = {program: place for place, program in enumerate(matrix.programs)}
    columns = {task: place for place, task in enumerate(matrix.tasks)}
    grid = np.full((len(rows), len(columns)), np.nan)
    for cell in matrix.cells:
        if cell.encoder == encoder and cell.delta is not None:
            grid[rows[cell.program], columns[cell.task]] = cell.delta
    axes.set_facecolor("0.7")
    image = axes.imshow(np.ma.masked_invalid(grid), cmap="RdBu", vmin=-limit, vmax=limit, aspect="auto")
    axes.set_xticks(range(len(columns)), list(columns), rotation=90, fontsize=7, parse_math=False)
    axes.set_title(f"{encoder} (n = {int(np.isfinite(grid).sum())})", fontsize=9, parse_math=False)
    return image
