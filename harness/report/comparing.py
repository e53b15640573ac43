"""Runs beside each other: how a control is read. JSON-ready, for a page."""

from collections.abc import Sequence
from typing import Any

from archive import Program
from harness.report.apart import cautions, statements
from harness.report.charts import titles
from harness.report.configurations import Configuration, configurations
from harness.report.curves import Band, Curve, Entry, by_dollars, by_programs, curve_of
from harness.report.front import front_ids
from harness.text import plain

Rows = list[dict[str, Any]]


def compare(entries: Sequence[Entry]) -> dict[str, Any]:
    """What a page tells of two runs or more: frontiers, the best so far at equal budgets, and what sets them apart."""
    curves = [curve_of(entry.programs, entry.calls) for entry in entries]
    groups = configurations([entry.run for entry in entries])
    equal = min(len(curve.best) for curve in curves)
    paid = [curve.spent for curve in curves if curve.spent > 0]
    dollars = min(paid) if len(paid) > 1 else None
    return {
        "cautions": cautions([entry.run.record for entry in entries], groups),
        "statements": statements(entries, curves, groups, equal),
        "programs": equal,
        "dollars": dollars,
        "rows": [_row(group, entries, curves, equal, dollars) for group in groups],
        "charts": _charts(entries, curves, groups),
    }


def _charts(entries: Sequence[Entry], curves: Sequence[Curve], groups: Sequence[Configuration]) -> dict[str, Any]:
    names = {"titles": titles(entries[0].run)}
    raced = [row for group in groups for row in _banded(group, by_programs([curves[at] for at in group.runs]))]
    charts = {
        "frontiers": {"data": {"fronts": _fronts(entries, groups)}},
        "raced": {"data": {"raced": raced}},
        "paid": {"data": {"raced": _paid(curves, groups)}},
    }
    kept = {name: chart for name, chart in charts.items() if next(iter(chart["data"].values()))}
    return {name: {**chart, **names, "params": {}} for name, chart in kept.items()}


def _fronts(entries: Sequence[Entry], groups: Sequence[Configuration]) -> Rows:
    return [
        {
            "configuration": group.name,
            "run": entries[place].run.id,
            "id": program.id,
            "name": plain(program.record.name, 80),
            "cost": round(program.record.cost_ratio, 5),
            "delta": round(program.record.worth, 5),
        }
        for group in groups
        for place in group.runs
        for program in _front(entries[place].programs)
        if program.record.cost_ratio is not None and program.record.worth is not None
    ]


def _front(programs: Sequence[Program]) -> list[Program]:
    ids = front_ids(programs)
    return sorted(
        (program for program in programs if program.id in ids), key=lambda program: program.record.cost_ratio or 0.0
    )


def _banded(group: Configuration, bands: Sequence[Band]) -> Rows:
    return [
        {
            "configuration": group.name,
            "seeds": len(group.runs),
            "at": round(band.at, 6),
            "best": round(band.mean, 5),
            "low": round(band.low, 5),
            "high": round(band.high, 5),
        }
        for band in bands
    ]


def _paid(curves: Sequence[Curve], groups: Sequence[Configuration]) -> Rows:
    """By dollars; a configuration that spent nothing stands where it ended, from nothing to the most that one spent."""
    most = max(curve.spent for curve in curves)
    rows: Rows = []
    for group in groups if most > 0 else ():
        bands = by_dollars([curves[at] for at in group.runs])
        if bands and bands[-1].at == 0:
            end = bands[-1]
            bands = [end, Band(most, end.mean, end.low, end.high)]
        rows += _banded(group, bands)
    return rows


def _row(
    group: Configuration, entries: Sequence[Entry], curves: Sequence[Curve], equal: int, dollars: float | None
) -> dict[str, Any]:
    ours = [curves[place] for place in group.runs]
    return {
        "configuration": group.name,
        "runs": [entries[place].run.id for place in group.runs],
        "seeds": [entries[place].run.record.seed for place in group.runs],
        "programs": [len(curve.best) for curve in ours],
        "equal_programs": _spread([curve.best[equal - 1] if equal else None for curve in ours]),
        "equal_dollars": None if dollars is None else _spread([curve.at_dollars(dollars) for curve in ours]),
        "end": _spread([curve.best[-1] if curve.best else None for curve in ours]),
        "spent": [round(curve.spent, 4) for curve in ours],
        "frontier": [len(front_ids(entries[place].programs)) for place in group.runs],
    }


def _spread(values: Sequence[float | None]) -> dict[str, float] | None:
    """Mean, least and greatest; None where a run has no result."""
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    ends = {"mean": sum(known) / len(known), "low": min(known), "high": max(known)}
    return {name: round(value, 5) for name, value in ends.items()}
