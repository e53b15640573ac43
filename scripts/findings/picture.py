"""The chosen programs in-domain beside held out, with intervals over tasks, as a picture."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.report.pictures import write_picture
from harness.transfer.intervals import mean_interval
from harness.transfer.statistics import summarise
from scripts.findings.tables import Measured

BLUE, ORANGE = "#4c78a8", "#e45756"


def draw_both(rows: Sequence[Measured], title: str, path: Path) -> None:
    """Write one line a program, its two means and their intervals beside each other; sorted as given."""
    points = [point for row in rows for point in _points(row)]
    order = list(dict.fromkeys(point["program"] for point in points))
    # The two of a program share its line, one a little above the other.
    y = {"field": "program", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 360}}
    shift = {"yOffset": {"field": "set", "sort": ["in-domain", "held out"]}}
    color = {
        "field": "set",
        "scale": {"domain": ["in-domain", "held out"], "range": [BLUE, ORANGE]},
        "legend": {"title": None, "orient": "top"},
    }
    x: dict[str, Any] = {"field": "mean", "type": "quantitative", "title": "mean delta nDCG@10 against the cosine"}
    interval = {"x": {**x, "field": "low"}, "x2": {"field": "high"}}
    write_picture(
        {
            "title": {"text": title, "anchor": "start", "fontWeight": "normal", "fontSize": 13},
            "width": 460,
            "height": {"step": 17},
            "background": "white",
            "padding": 12,
            "data": {"values": points},
            "encoding": {"y": y, "color": color, **shift},
            "layer": [
                {"mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.55}, "encoding": interval},
                {"mark": {"type": "point", "filled": True, "size": 70, "opacity": 1}, "encoding": {"x": x}},
            ],
        },
        path,
    )


def _points(row: Measured) -> Iterator[dict[str, Any]]:
    for name, cells in {"in-domain": row.searched, "held out": row.held_out}.items():
        if cells:
            found, mean = mean_interval(cells), summarise(cells).mean
            low, high = (found.low, found.high) if found else (mean, mean)
            yield {
                "program": f"{row.choice.label}: {row.choice.name}",
                "set": name,
                "mean": mean,
                "low": low,
                "high": high,
            }
