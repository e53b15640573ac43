"""The published figures, read from `published.json`, which names their source."""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class PublishedProgram:
    """A published program; None where a figure was not published."""

    name: str
    cost_ratio: float
    in_domain_mean: float | None
    held_out_mean: float
    held_out_median: float
    win_rate: float
    worst: float
    n: int | None
    """Held-out cells."""


@dataclass(frozen=True)
class Published:
    """All that the report quotes."""

    source: dict[str, str]
    compute: tuple[PublishedProgram, ...]
    transfer: tuple[PublishedProgram, ...]
    heads: tuple[tuple[str, float], ...]
    """Encoder and held-out mean delta."""
    heads_in_domain: tuple[float, float]
    """Lowest and highest published in-domain delta."""


def load_published() -> Published:
    """Read the data file."""
    data: dict[str, Any] = json.loads(files(__name__.rpartition(".")[0]).joinpath("published.json").read_text("utf-8"))
    low, high = data["learned_heads_in_domain_band"]
    return Published(
        source=data["source"],
        compute=tuple(_compute(row) for row in data["compute_programs"]),
        transfer=tuple(_transfer(row) for row in data["transfer_programs"]),
        heads=tuple((row["encoder"], row["held_out_delta"]) for row in data["learned_heads"]),
        heads_in_domain=(low, high),
    )


def _compute(row: dict[str, Any]) -> PublishedProgram:
    held_out = row["held_out"]
    return PublishedProgram(
        row["name"],
        row["cost_ratio"],
        row["in_domain_mean_delta"],
        held_out["mean"],
        held_out["median"],
        held_out["win_rate"],
        held_out["worst"],
        held_out["n"],
    )


def _transfer(row: dict[str, Any]) -> PublishedProgram:
    return PublishedProgram(
        row["name"], row["cost_ratio"], None, row["mean"], row["median"], row["win_rate"], row["worst_cell"], None
    )
