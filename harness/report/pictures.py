"""A chart of the report as a picture."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.report.specs import SPECS, titled

WIDTH = 760
"""Points; PNG has two pixels to each."""


def draw(spec: str, chart: dict[str, Any], path: Path, title: str) -> None:
    """Write a titled chart to an SVG, PNG or PDF file, by its ending. Raises UsageError for another ending."""
    write_picture(picture_spec(spec, chart, title), path)


def write_picture(whole: dict[str, Any], path: Path) -> None:
    """Write a Vega-Lite specification as a picture. Raises UsageError for an ending that is none of a picture's."""
    import vl_convert

    makers: dict[str, Callable[[], str | bytes]] = {
        ".svg": lambda: vl_convert.vegalite_to_svg(whole),
        ".png": lambda: vl_convert.vegalite_to_png(whole, scale=2),
        ".pdf": lambda: vl_convert.vegalite_to_pdf(whole),
    }
    require_picture(path)
    made = makers[path.suffix.lower()]()
    path.write_bytes(made.encode() if isinstance(made, str) else made)


def require_picture(path: Path) -> None:
    """Raise UsageError where a file's ending is none of a picture's."""
    if path.suffix.lower() not in (".svg", ".png", ".pdf"):
        raise UsageError(f"A picture is an .svg, .png or .pdf file, not {path.name}; choose one of these endings.")


def picture_spec(spec: str, chart: dict[str, Any], title: str) -> dict[str, Any]:
    """A specification with its title and data, on white."""
    heading = {"text": title, "anchor": "start", "fontWeight": "normal", "fontSize": 13}
    whole = {
        **titled(SPECS[spec], chart["titles"]),
        "title": heading,
        "width": WIDTH,
        "background": "white",
        "padding": 12,
        "datasets": chart["data"],
    }
    whole["params"] = [
        {**param, "value": chart["params"].get(param["name"], param["value"])} for param in whole.get("params", [])
    ]
    return whole
