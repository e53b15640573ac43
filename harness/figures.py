"""The frontier over the cloud of programs, as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Point:
    """One evaluated program."""

    name: str
    cost_ratio: float
    mean_delta: float
    on_frontier: bool


def draw_frontier(points: Sequence[Point], title: str, path: Path) -> None:
    """Write a figure of mean delta nDCG@10 against cost ratio (log axis); the file's ending chooses PNG, SVG or PDF."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    cloud = [point for point in points if not point.on_frontier]
    front = sorted((point for point in points if point.on_frontier), key=lambda point: point.cost_ratio)
    axes.axhline(0, color="0.7", linewidth=1, zorder=0)
    axes.scatter(
        [point.cost_ratio for point in cloud],
        [point.mean_delta for point in cloud],
        s=28,
        color="0.6",
        label=f"dominated ({len(cloud)})",
    )
    axes.step(
        [point.cost_ratio for point in front],
        [point.mean_delta for point in front],
        where="post",
        marker="o",
        color="#0072b2",
        label=f"frontier ({len(front)})",
    )
    for place, point in enumerate(front):
        axes.annotate(
            _short(point.name),
            (point.cost_ratio, point.mean_delta),
            xytext=(6, -12 if place % 2 else 6),
            textcoords="offset points",
            fontsize=8,
            parse_math=False,
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("{x:g}")
    axes.set_xlabel("cost ratio c (1 = encode every query and document once)")
    axes.set_ylabel("mean delta nDCG@10 against cosine")
    axes.set_title(title, parse_math=False)
    axes.legend(loc="lower right")
    axes.margins(x=0.12, y=0.12)
    figure.savefig(path, dpi=150)


def _short(name: str, limit: int = 30) -> str:
    printable = "".join(character if character.isprintable() else "?" for character in name)
    return printable if len(printable) <= limit else printable[: limit - 1] + "…"
