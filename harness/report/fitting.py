"""Where a search begins to fit: its best program so far on what it selected by, and on what it did not see."""

from collections.abc import Sequence
from typing import Any

from archive import Program, Run
from harness.report.front import Progress
from harness.transfer.optimism import Optimism, optimism_of, optimism_over_tasks

Rows = list[dict[str, Any]]


def fitting(run: Run, programs: Sequence[Program], progress: Sequence[Progress]) -> Rows:
    """For each generation the mean delta of the best program so far, by `kind` of what it is of; JSON-ready.

    `low` and `high` of an unseen figure are the searched one less the ends of the 95 % interval of the difference: the
    searched figure is above `high` where the difference is beyond the luck of the draw.
    """
    by_id = {program.id: program for program in programs}
    found = {best: unseen_of(by_id[best], run) for best in {step.best for step in progress}}
    return [
        {"generation": step.generation, "program": by_id[step.best].number, **row}
        for step in progress
        for row in _rows(found[step.best])
    ]


def unseen_of(program: Program, run: Run) -> dict[str, dict[str, float]]:
    """Of `queries` and of `tasks`, where a run leaves such unseen: both figures, their difference and its interval."""
    found = {"queries": optimism_of(program, run), "tasks": optimism_over_tasks(program, run)}
    return {kind: _told(optimism) for kind, optimism in found.items() if optimism is not None}


def _told(optimism: Optimism) -> dict[str, float]:
    told = {name: getattr(optimism, name) for name in ("searched", "unseen", "difference")}
    if optimism.interval is not None:
        told |= {"low": optimism.interval.low, "high": optimism.interval.high}
    return {name: round(value, 5) for name, value in told.items()}


def _rows(unseen: dict[str, dict[str, float]]) -> Rows:
    if not unseen:
        return []
    rows: Rows = [{"kind": "searched", "delta": next(iter(unseen.values()))["searched"]}]
    for kind, told in unseen.items():
        row = {"kind": f"unseen {kind}", "delta": told["unseen"], "difference": told["difference"]}
        if "low" in told:
            ends = (told["searched"] - told["high"], told["searched"] - told["low"])
            row |= {"low": round(ends[0], 5), "high": round(ends[1], 5)}
        rows.append(row)
    return rows
