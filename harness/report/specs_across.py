"""How charts beyond one search are drawn: in-domain beside held out, and runs beside each other."""

from typing import Any

from harness.report.drawing import (
    BLUE,
    DELTA,
    GREEN,
    GREY,
    INK,
    NAMES,
    ORANGE,
    PURPLE,
    SIGNED,
    STEPS,
    YELLOW,
    ZERO,
    Spec,
    framed,
)

HELD_KINDS = {"domain": ["in-domain", "held out"], "range": [GREY, BLUE]}
HOLDING = framed(
    300,
    params=[INK],
    data={"name": "held"},
    encoding={
        "y": {"field": "program", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": NAMES}},
        "yOffset": {"field": "kind", "type": "nominal", "sort": None, "scale": {"paddingOuter": 0.3}},
        "color": {"field": "kind", "type": "nominal", "scale": HELD_KINDS},
    },
    layer=[
        {**ZERO, "encoding": {"x": {"datum": 0, "type": "quantitative"}, "y": None, "yOffset": None, "color": None}},
        {
            "transform": [{"filter": "isValid(datum.low)"}],
            "mark": {"type": "rule", "strokeWidth": 2, "aria": False},
            "encoding": {"x": {"field": "low", **DELTA, "title": "mean delta nDCG@10, 95 %"}, "x2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1, "aria": False, "cursor": "pointer"},
            "encoding": {
                "x": {"field": "delta", **DELTA, "title": "mean delta nDCG@10, 95 %"},
                "shape": {
                    "field": "kind",
                    "type": "nominal",
                    "scale": {"domain": HELD_KINDS["domain"], "range": ["circle", "diamond"]},
                },
                "tooltip": [
                    {"field": "program"},
                    {"field": "kind", "title": "on"},
                    {"field": "delta", "title": "mean delta", "format": SIGNED},
                    {"field": "low", "title": "95 % from", "format": SIGNED},
                    {"field": "high", "title": "to", "format": SIGNED},
                    {"field": "tasks"},
                ],
            },
        },
    ],
) | {"height": {"step": 17}}


CONFIGURATIONS = {
    "field": "configuration",
    "type": "nominal",
    "sort": None,
    "scale": {"range": [BLUE, ORANGE, GREEN, PURPLE, YELLOW, GREY]},
    "legend": {"columns": 1, "labelLimit": 320, "symbolOpacity": 1},
}
SHAPES = {
    "field": "configuration",
    "type": "nominal",
    "sort": None,
    "scale": {"range": ["diamond", "circle", "triangle-up", "square", "cross", "triangle-down"]},
    "legend": None,
}
FRONTIERS = framed(
    340,
    params=[INK],
    data={"name": "fronts"},
    encoding={
        "x": {
            "field": "cost",
            "type": "quantitative",
            "scale": {"type": "log", "nice": False, "padding": 18},
            "title": "{cost}, logarithmic",
            "axis": {"format": "~g", "grid": False},
        },
        "y": {"field": "delta", "scale": {"padding": 18, "zero": False}, **DELTA},
        "color": CONFIGURATIONS,
    },
    layer=[
        {
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 1.5, "aria": False},
            "encoding": {"detail": {"field": "run"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 80, "opacity": 0.9, "aria": False, "cursor": "pointer"},
            "encoding": {
                "shape": SHAPES,
                "tooltip": [
                    {"field": "configuration"},
                    {"field": "id", "title": "program"},
                    {"field": "name"},
                    {"field": "delta", "title": "{worth}", "format": SIGNED},
                    {"field": "cost", "title": "{cost}", "format": ".2f"},
                ],
            },
        },
    ],
)


def _raced(title: str, form: str) -> Spec:
    axis: dict[str, Any] = {"format": form, "tickCount": {"expr": "max(2, width / 80)"}}
    best = {"type": "quantitative", "scale": {"zero": False}, "axis": {"format": STEPS}, "title": "best {worth}"}
    return framed(
        260,
        data={"name": "raced"},
        encoding={"x": {"field": "at", "type": "quantitative", "title": title, "axis": axis}, "color": CONFIGURATIONS},
        layer=[
            {
                "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.2, "aria": False},
                "encoding": {"y": {"field": "low", **best}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "interpolate": "step-after", "point": {"size": 14}, "aria": False},
                "encoding": {
                    "y": {"field": "best", **best},
                    "strokeDash": {**SHAPES, "scale": {}},
                    "tooltip": [
                        {"field": "configuration"},
                        {"field": "at", "title": title, "format": form},
                        {"field": "best", "title": "best {worth}", "format": SIGNED},
                        {"field": "low", "title": "least of its seeds", "format": SIGNED},
                        {"field": "high", "title": "greatest", "format": SIGNED},
                        {"field": "seeds"},
                    ],
                },
            },
        ],
    )


ACROSS: dict[str, Spec] = {
    "holding": HOLDING,
    "frontiers": FRONTIERS,
    "raced": _raced("programs so far, seeds among them", "d"),
    "paid": _raced("US dollars so far", "$~g"),
}
