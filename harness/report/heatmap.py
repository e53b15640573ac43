"""The matrix of a transfer as a picture: a panel per encoder, programs down, tasks across."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.report.drawing import STEPS
from harness.report.pictures import write_picture
from harness.report.specs import HEAT
from harness.text import counted
from harness.transfer.matrix import Matrix, MatrixCell

STEP = 17
"""Points across of a cell; 24 down."""
LONGEST = 30
"""Letters of a program's name."""


def draw_heatmap(matrix: Matrix, path: Path) -> None:
    """Write deltas on a diverging scale around zero, grey where there is no result; PNG, SVG or PDF by the ending."""
    write_picture(heatmap_spec(matrix), path)


def heatmap_spec(matrix: Matrix) -> dict[str, Any]:
    """The matrix as a Vega-Lite specification, with its data."""
    deltas = [abs(cell.delta) for cell in matrix.cells if cell.delta is not None]
    # The few largest are left beyond the end of the scale, so that they do not bleach the others.
    reach = max(float(np.quantile(deltas, 0.98)) if deltas else 0.0, 0.01)
    names = _short(matrix.programs)
    panels = [_panel(matrix, encoder, names, first=place == 0) for place, encoder in enumerate(matrix.encoders)]
    return {
        "$schema": HEAT["$schema"],
        "config": HEAT["config"],
        "background": "white",
        "padding": 12,
        "params": [{"name": "reach", "value": reach}, {"name": "middle", "value": "#f4f4f1"}],
        "title": {
            "text": f"n = {counted(len(deltas), 'cell')} with a result of {len(matrix.cells)}; grey: none",
            "anchor": "start",
            "fontWeight": "normal",
            "fontSize": 13,
        },
        "hconcat": panels,
    }


def _panel(matrix: Matrix, encoder: str, names: dict[str, str], *, first: bool) -> dict[str, Any]:
    found = [cell for cell in matrix.cells if cell.encoder == encoder and cell.delta is not None]
    encoding = HEAT["encoding"]
    axis = {"labelAngle": -90, "labelFontSize": 10, "domain": False, "ticks": False}
    return {
        "title": {"text": f"{encoder} (n = {len(found)})", "fontWeight": "normal", "fontSize": 12},
        "width": {"step": STEP},
        "height": HEAT["height"],
        "view": {"fill": "#b3b3b3"},
        "data": {"values": _rows(found, names)},
        "mark": {**HEAT["mark"], "clip": True},
        "encoding": {
            "x": {**encoding["x"], "scale": {"domain": list(matrix.tasks)}, "axis": axis},
            "y": {
                **encoding["y"],
                "scale": {"domain": list(names.values())},
                "axis": {"domain": False, "ticks": False, "labelLimit": 300} if first else None,
            },
            "color": _color(encoding["color"]),
        },
    }


def _color(color: dict[str, Any]) -> dict[str, Any]:
    legend = {
        **color["legend"],
        "format": STEPS,
        "orient": "right",
        "title": "delta nDCG@10 against cosine",
        "titleLimit": 300,
    }
    return {**color, "scale": {**color["scale"], "clamp": True}, "legend": legend}


def _rows(cells: Sequence[MatrixCell], names: dict[str, str]) -> list[dict[str, Any]]:
    return [{"program": names[cell.program], "task": cell.task, "delta": cell.delta} for cell in cells]


def _short(programs: Sequence[str]) -> dict[str, str]:
    """Each program with the name its row bears; two that begin alike keep their whole names."""
    cut = [name[:LONGEST] for name in programs]
    return {name: short if cut.count(short) == 1 else name for name, short in zip(programs, cut, strict=True)}
