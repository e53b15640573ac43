"""The charts of a run: which numbers go where. What they look like is in `specs`.

Programs are written on several threads in some runs, so generations need not rise with numbers; charts against time
use the number.
"""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from archive import COST_WORDS, Axis, CallRecord, Program, Run, axis_of, priced
from harness.evaluation.objectives import label_of
from harness.report.fitting import fitting
from harness.report.front import Progress
from harness.text import plain

Rows = list[dict[str, Any]]
Chart = dict[str, Any]
"""JSON-ready. `data`: rows by dataset name; `params`: values of the spec's parameters; `titles`: for `specs.titled`."""
HEAT_ROWS = 40
"""Programs of the heatmap at most: the costliest of the frontier."""


def run_charts(
    run: Run,
    programs: Sequence[Program],
    front: Collection[str],
    progress: Sequence[Progress],
    axis: Axis = "texts",
    beside: Sequence[CallRecord] = (),
) -> dict[str, Chart]:
    """All charts of a run by name; one without data is left out. Cost ratios of `programs` are on the axis.

    `beside` are the calls that are no program's usage.
    """
    charts = {
        "frontier": {"points": _points(programs, front)},
        "progress": {"progress": [vars(step) for step in progress]},
        "fitting": {"fits": fitting(run, programs, progress)},
        "tasks": {"cells": _cells([p for p in programs if p.id in front][-HEAT_ROWS:], run)},
        "verdicts": {"bars": _counted(program.record.verdict for program in programs)},
        "rules": {"bars": _counted(str(v["code"]) for program in programs for v in program.record.violations)},
        "seconds": {"spent": _seconds(programs)},
        "dollars": {"spent": _dollars(programs, beside)},
        "lineage": {"nodes": _points(programs, front), "edges": _edges(programs), "kin": []},
    }
    kept = {name: data for name, data in charts.items() if next(iter(data.values()))}
    return {name: {"data": data, "params": _params(data), "titles": titles(run, axis)} for name, data in kept.items()}


def frontier_chart(programs: Sequence[Program], run: Run, front: Collection[str], axis: Axis | None = None) -> Chart:
    """A frontier, by its programs' ids, over the cloud of a run's programs; the axis is by default the run's own."""
    axis = axis or axis_of(run.record)
    points = _points(priced(programs, run.record, axis), front)
    return {"data": {"points": points}, "params": {}, "titles": titles(run, axis)}


def titles(run: Run, axis: Axis = "texts") -> dict[str, str]:
    """What a run's figures are of: the measure, what is maximised, by default `mean delta nDCG@10`, and the cost."""
    measure = plain(run.record.measure, 80)
    cost = "cost ratio" if axis == "texts" else COST_WORDS.get(axis, f"cost ratio in {axis}")
    return {"measure": measure, "worth": f"{plain(label_of(run.record.maximise), 80)} {measure}", "cost": cost}


def heat_params(cells: Rows) -> dict[str, float]:
    """The end of a scale that is as long below zero as above."""
    return {"reach": max([abs(cell["delta"]) for cell in cells if cell["delta"] is not None], default=0.0) or 0.01}


def _params(data: dict[str, Rows]) -> dict[str, float]:
    return heat_params(data["cells"]) if "cells" in data else {}


def _points(programs: Sequence[Program], front: Collection[str]) -> Rows:
    points = [
        {
            "id": program.id,
            "number": program.number,
            "name": plain(program.record.name, 80),
            "cost": round(program.record.cost_ratio, 5),
            "delta": round(program.record.worth, 5),
            "tasks": f"{program.record.wins}/{program.record.ties}/{program.record.losses}",
            "kind": "frontier" if program.id in front else program.record.status,
            "label": "",
        }
        for program in programs
        if program.record.cost_ratio is not None and program.record.worth is not None
    ]
    _label([point for point in points if point["kind"] == "frontier"], points)
    return points


def _label(front: Rows, points: Rows) -> None:
    """Write their numbers at points of the frontier, the best first, where no other number is in the way."""
    places = {point["id"]: (math.log(point["cost"]), point["delta"]) for point in points if point["cost"] > 0}
    width, height = (max(axis) - min(axis) or 1.0 for axis in zip(*places.values(), strict=True)) if places else (1, 1)
    written: list[tuple[float, float]] = []
    for point in sorted(front, key=lambda point: -float(point["delta"])):
        x, y = places.get(point["id"], (math.inf, 0.0))
        if all(abs(x - other_x) > 0.08 * width or abs(y - other_y) > 0.06 * height for other_x, other_y in written):
            point["label"] = str(point["number"])
            written.append((x, y))


def _cells(programs: Sequence[Program], run: Run) -> Rows:
    deltas = {(p.id, outcome.task): outcome.delta for p in programs for outcome in p.record.outcomes}
    return [
        {
            "id": program.id,
            "program": f"{program.number} {plain(program.record.name, 60)}",
            "task": plain(task, 80),
            "delta": round(delta, 5),
        }
        for program in sorted(programs, key=lambda program: program.record.cost_ratio or 0.0)
        for task in [task.name for task in run.record.tasks]
        if (delta := deltas.get((program.id, task))) is not None
    ]


def _counted(names: Any) -> Rows:
    return [{"name": plain(name, 80), "count": count} for name, count in Counter(names).most_common()]


def _seconds(programs: Sequence[Program]) -> Rows:
    """Seconds up to each program: of the programs' own processor time and of the encoder."""
    rows: Rows = []
    totals = {"programs (CPU)": 0.0, "encoder": 0.0}
    for program in programs:
        totals["programs (CPU)"] += sum(outcome.cpu_s for outcome in program.record.outcomes)
        totals["encoder"] += sum(outcome.encoder_seconds for outcome in program.record.outcomes)
        rows += [{"number": program.number, "kind": kind, "total": round(total, 3)} for kind, total in totals.items()]
    return rows


def _dollars(programs: Sequence[Program], beside: Sequence[CallRecord]) -> Rows:
    """US dollars up to each program, by model; calls of unknown price are not among them, later ones at the last."""
    calls = [(program.number, call) for program in programs for call in program.record.usage]
    calls += [(call.number, call.usage) for call in beside]
    calls.sort(key=lambda one: one[0])
    totals = dict.fromkeys(sorted({call.model for _, call in calls}), 0.0)
    rows: Rows = []
    for place, program in enumerate(programs if totals else (), start=1):
        while calls and (calls[0][0] <= program.number or place == len(programs)):
            _, call = calls.pop(0)
            totals[call.model] += call.cost_usd or 0.0
        rows += [
            {"number": program.number, "kind": plain(model, 40), "total": round(total, 6)}
            for model, total in totals.items()
        ]
    return rows


def _edges(programs: Sequence[Program]) -> Rows:
    """From each parent to its child, where both have a result."""
    places = {p.id: (p.number, p.record.worth) for p in programs if p.record.worth is not None}
    return [
        {
            "from": places[parent][0],
            "fromDelta": round(places[parent][1], 5),
            "to": program.number,
            "toDelta": round(places[program.id][1], 5),
        }
        for program in programs
        if program.id in places
        for parent in program.record.parents
        if parent in places
    ]
