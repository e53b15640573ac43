"""How each chart of a run is drawn: Vega-Lite specifications, the same for the page and for pictures."""

import json
from collections.abc import Mapping
from typing import Any

from harness.report.drawing import BLUE, DELTA, GREEN, GREY, INK, NUMBER, ORANGE, SIGNED, STEPS, ZERO, Spec, framed
from harness.report.specs_across import ACROSS

KINDS = {
    "domain": ["frontier", "admitted", "evaluated", "rejected"],
    "range": [BLUE, GREEN, GREY, ORANGE],
}
SHAPES = {"domain": KINDS["domain"], "range": ["diamond", "triangle-up", "circle", "cross"]}
ABOUT = [
    {"field": "name", "title": "name"},
    {"field": "id", "title": "program"},
    {"field": "delta", "title": "{worth}", "format": SIGNED},
    {"field": "cost", "title": "{cost}", "format": ".2f"},
    {"field": "tasks", "title": "wins/ties/losses"},
    {"field": "kind", "title": "status"},
]


def _programs_encoding() -> Spec:
    return {
        "color": {"field": "kind", "type": "nominal", "scale": KINDS},
        "shape": {"field": "kind", "type": "nominal", "scale": SHAPES},
        "size": {"condition": {"test": "datum.kind === 'frontier'", "value": 130}, "value": 45},
        "tooltip": ABOUT,
    }


FRONTIER = framed(
    380,
    params=[INK],
    data={"name": "points"},
    encoding={
        "x": {
            "field": "cost",
            "type": "quantitative",
            "scale": {"type": "log", "nice": False, "padding": 18},
            "title": "{cost}, logarithmic",
            "axis": {"format": "~g", "grid": False},
        },
        "y": {"field": "delta", "scale": {"padding": 18}, **DELTA},
    },
    layer=[
        {**ZERO, "encoding": {"y": {"datum": 0, "type": "quantitative"}, "x": None}},
        {
            "transform": [{"filter": "datum.kind === 'frontier'"}],
            "mark": {"type": "line", "interpolate": "step-after", "color": BLUE, "strokeWidth": 1.5, "aria": False},
        },
        {
            "transform": [{"calculate": "datum.kind === 'frontier' ? 1 : 0", "as": "above"}],
            "mark": {"type": "point", "filled": True, "opacity": 0.85, "aria": False, "cursor": "pointer"},
            "encoding": {**_programs_encoding(), "order": {"field": "above"}},
        },
        {
            "transform": [{"filter": "datum.kind === 'frontier'"}],
            "mark": {"type": "text", "dx": -9, "dy": -9, "color": {"expr": "ink"}, "fontSize": 12, "aria": False},
            "encoding": {"text": {"field": "label", "type": "nominal"}},
        },
    ],
)

GENERATION = {"field": "generation", **NUMBER, "title": "generation"}


def _over_generations(field: str, title: str, form: str) -> Spec:
    return framed(
        170,
        data={"name": "progress"},
        mark={"type": "line", "interpolate": "step-after", "color": BLUE, "point": {"size": 14}, "aria": False},
        encoding={
            "x": GENERATION,
            "y": {"field": field, "type": "quantitative", "title": title, "axis": {"format": form, "tickCount": 5}},
            "tooltip": [{"field": "generation"}, {"field": field, "title": title, "format": ".4f"}],
        },
    )


BEST = _over_generations("best_worth", "best {worth}", STEPS)
FITTED = "mean delta {measure}"
HYPERVOLUME = _over_generations("hypervolume", "hypervolume", "~g")

FITTING = framed(
    240,
    data={"name": "fits"},
    encoding={
        "x": GENERATION,
        "color": {
            "field": "kind",
            "type": "nominal",
            "scale": {"range": [BLUE, ORANGE, GREEN]},
            "legend": {"symbolOpacity": 1},
        },
    },
    layer=[
        {**ZERO, "encoding": {"y": {"datum": 0, "type": "quantitative"}, "x": None, "color": None}},
        {
            "transform": [{"filter": "isValid(datum.low)"}],
            "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.2, "aria": False},
            "encoding": {"y": {"field": "low", **DELTA, "title": FITTED}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "line", "interpolate": "step-after", "point": {"size": 20}, "aria": False},
            "encoding": {
                "y": {"field": "delta", **DELTA, "title": FITTED},
                "strokeDash": {"field": "kind", "type": "nominal", "legend": None},
                "tooltip": [
                    {"field": "generation"},
                    {"field": "program"},
                    {"field": "kind", "title": "on"},
                    {"field": "delta", "title": FITTED, "format": SIGNED},
                    {"field": "difference", "title": "searched less this", "format": SIGNED},
                ],
            },
        },
    ],
)

HEAT = framed(
    400,
    params=[{"name": "reach", "value": 0.1}, {"name": "middle", "value": "#f4f4f1"}],
    data={"name": "cells"},
    mark={"type": "rect", "cursor": "pointer", "aria": False},
    encoding={
        "x": {"field": "task", "type": "nominal", "sort": None, "title": None, "axis": {"labelAngle": -45}},
        "y": {"field": "program", "type": "nominal", "sort": None, "title": None},
        "color": {
            "field": "delta",
            "type": "quantitative",
            "scale": {
                "type": "linear",
                "interpolate": "lab",
                "domain": [{"expr": "-reach"}, 0, {"expr": "reach"}],
                "range": ["#c2560a", {"expr": "middle"}, "#1f6fb5"],
            },
            "legend": {
                "title": "delta {measure}",
                "format": "+.2f",
                "gradientLength": {"expr": "min(220, width - 24)"},  # a phone has less
                "titleFontWeight": "normal",
            },
        },
        "tooltip": [
            {"field": "program"},
            {"field": "task"},
            {"field": "delta", "title": "delta", "format": SIGNED},
        ],
    },
) | {"height": {"step": 24}}

COUNTS = framed(
    200,
    padding={"left": 5, "top": 5, "bottom": 5, "right": 40},
    params=[INK],
    data={"name": "bars"},
    encoding={
        "y": {"field": "name", "type": "nominal", "sort": None, "title": None},
        "x": {
            "field": "count",
            "type": "quantitative",
            "title": None,
            "axis": {"format": "d", "tickMinStep": 1, "tickCount": 5},
        },
        "tooltip": [{"field": "name"}, {"field": "count"}],
    },
    layer=[
        {"mark": {"type": "bar", "color": BLUE, "height": {"band": 0.7}, "aria": False}},
        {
            "mark": {"type": "text", "align": "left", "dx": 4, "color": {"expr": "ink"}, "aria": False},
            "encoding": {"text": {"field": "count", "type": "quantitative"}},
        },
    ],
) | {"height": {"step": 26}}


def _spent(title: str, form: str) -> Spec:
    return framed(
        200,
        data={"name": "spent"},
        mark={"type": "line", "interpolate": "step-after", "aria": False},
        encoding={
            "x": {"field": "number", **NUMBER},
            "y": {"field": "total", "type": "quantitative", "title": title, "axis": {"format": form, "tickCount": 5}},
            "color": {"field": "kind", "type": "nominal", "scale": {"range": [BLUE, ORANGE, GREEN, GREY]}},
            "strokeDash": {"field": "kind", "type": "nominal"},
            "tooltip": [{"field": "number"}, {"field": "kind"}, {"field": "total", "format": ".4~f"}],
        },
    )


SECONDS = _spent("seconds so far", "~s")
DOLLARS = _spent("US dollars so far", "$~g")


def _lines(name: str, **mark: Any) -> Spec:
    return {
        "data": {"name": name},
        "mark": {"type": "rule", "aria": False, **mark},
        "encoding": {
            "x": {"field": "from", **NUMBER},
            "x2": {"field": "to"},
            "y": {"field": "fromDelta", **DELTA},
            "y2": {"field": "toDelta"},
        },
    }


LINEAGE = framed(
    420,
    layer=[
        _lines("edges", color=GREY, opacity=0.3),
        _lines("kin", color=ORANGE, strokeWidth=2.5),
        {
            "data": {"name": "nodes"},
            "mark": {"type": "point", "filled": True, "opacity": 0.9, "aria": False, "cursor": "pointer"},
            "encoding": {"x": {"field": "number", **NUMBER}, "y": {"field": "delta", **DELTA}, **_programs_encoding()},
        },
    ],
)

OUTCOMES = framed(
    300,
    params=[INK],
    data={"name": "outcomes"},
    encoding={"y": {"field": "task", "type": "nominal", "sort": None, "title": None}},
    layer=[
        {
            "mark": {"type": "bar", "height": {"band": 0.65}, "aria": False},
            "encoding": {
                "x": {"field": "delta", **DELTA, "title": "delta {measure} against cosine"},
                "color": {"condition": {"test": "datum.delta < 0", "value": ORANGE}, "value": BLUE},
                "tooltip": [
                    {"field": "task"},
                    {"field": "delta", "format": SIGNED},
                    {"field": "low", "title": "95 % from", "format": SIGNED},
                    {"field": "high", "title": "to", "format": SIGNED},
                    {"field": "value", "title": "{measure}", "format": ".4f"},
                    {"field": "n", "title": "queries"},
                ],
            },
        },
        {
            "mark": {
                "type": "errorbar",
                "ticks": {"size": 8},
                "color": {"expr": "ink"},
                "thickness": 1.5,
                "aria": False,
            },
            "encoding": {
                "x": {"field": "low", **DELTA, "title": "delta {measure} against cosine"},
                "x2": {"field": "high"},
            },
        },
    ],
) | {"height": {"step": 26}}

SPECS: dict[str, Spec] = {
    **ACROSS,
    "frontier": FRONTIER,
    "best": BEST,
    "hypervolume": HYPERVOLUME,
    "fitting": FITTING,
    "heat": HEAT,
    "counts": COUNTS,
    "seconds": SECONDS,
    "dollars": DOLLARS,
    "lineage": LINEAGE,
    "outcomes": OUTCOMES,
}
DRAWN = {
    "holding": ("holding",),
    "frontier": ("frontier",),
    "progress": ("best", "hypervolume"),
    "fitting": ("fitting",),
    "tasks": ("heat",),
    "verdicts": ("counts",),
    "rules": ("counts",),
    "seconds": ("seconds",),
    "dollars": ("dollars",),
    "lineage": ("lineage",),
}
"""The specs that draw each of a run's charts."""


def titled(spec: Spec, titles: Mapping[str, str]) -> Spec:
    """A specification whose titles name what they are of, in place of `{measure}`, `{worth}` and `{cost}`."""
    text = json.dumps(spec)
    for mark, said in titles.items():
        text = text.replace(f"{{{mark}}}", json.dumps(said)[1:-1])
    filled: Spec = json.loads(text)
    return filled
