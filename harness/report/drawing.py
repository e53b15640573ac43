"""What all charts share: colours, shapes, axes, and the frame of a Vega-Lite specification.

Colours are of Okabe and Ito (2008), which readers with any colour vision tell apart, and darkened so that they stand
out on white and on near black; shape or place says again what colour says.
"""

from typing import Any

Spec = dict[str, Any]

BLUE, ORANGE, GREEN, GREY = "#2e86c9", "#d06010", "#149070", "#858b94"
PURPLE, YELLOW = "#b0578d", "#9a7d0a"
SIGNED = "+.4f"
FEW = {"expr": "max(2, width / 60)"}
"""Ticks that leave room for their labels."""
NAMES = {"expr": "max(80, min(220, width / 2))"}
"""Pixels of a name beside a chart."""
NUMBER = {
    "title": "program number",
    "type": "quantitative",
    "axis": {"tickMinStep": 1, "format": "d", "tickCount": FEW},
}
STEPS = "+.4~f"
"""Of an axis of deltas: as many decimals as its steps need, so that no two ticks read alike."""
DELTA = {"title": "{worth}", "type": "quantitative", "axis": {"format": STEPS}}
INK = {"name": "ink", "value": "#16191d"}
ZERO = {"data": {"values": [{}]}, "mark": {"type": "rule", "color": GREY, "aria": False}}


def framed(height: int, **parts: Any) -> Spec:
    """A specification of this height, as wide as its place."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": None,
        "config": {
            "font": "system-ui, sans-serif",
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 220},
            "legend": {"labelFontSize": 12, "title": None, "orient": "top", "columns": {"expr": "width < 400 ? 2 : 4"}},
        },
        **parts,
    }
