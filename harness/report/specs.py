"""How each chart is drawn: Vega-Lite specifications, the same for the page and for pictures.

Colours are of Okabe and Ito (2008), which readers with any colour vision tell apart, and darkened so that they stand
out on white and on near black; shape or place says again what colour says.
"""

import json
from collections.abc import Mapping
from typing import Any

Spec = dict[str, Any]

BLUE, ORANGE, GREEN, GREY = "#2e86c9", "#d06010", "#149070", "#858b94"
SIGNED = "+.4f"
FEW = {"expr": "max(2, width / 60)"}
"""Ticks that leave room for their labels."""
NUMBER = {
    "title": "program number",
    "type": "quantitative",
    "axis": {"tickMinStep": 1, "format": "d", "tickCount": FEW},
}
STEPS = "+.4~f"
"""Of an axis of deltas: as many decimals as its steps need, so that no two ticks read alike."""
DELTA = {"title": "{worth}", "type": "quantitative", "axis": {"format": STEPS}}
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
INK = {"name": "ink", "value": "#16191d"}
ZERO = {"data": {"values": [{}]}, "mark": {"type": "rule", "color": GREY, "aria": False}}


def _spec(height: int, **parts: Any) -> Spec:
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


def _programs_encoding() -> Spec:
    return {
        "color": {"field": "kind", "type": "nominal", "scale": KINDS},
        "shape": {"field": "kind", "type": "nominal", "scale": SHAPES},
        "size": {"condition": {"test": "datum.kind === 'frontier'", "value": 130}, "value": 45},
        "tooltip": ABOUT,
    }


FRONTIER = _spec(
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
    return _spec(
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

FITTING = _spec(
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

HEAT = _spec(
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
                "gradientLength": 220,
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

COUNTS = _spec(
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
    return _spec(
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


LINEAGE = _spec(
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

OUTCOMES = _spec(
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
