"""Archived values as plain JSON-ready mappings, the same in every verb."""

from collections.abc import Sequence
from typing import Any

from archive import Program
from harness.figures import Point


def program_view(program: Program) -> dict[str, Any]:
    """A program: everything but its per-query numbers, which the archive holds."""
    record = program.record
    kept = {name: value for name, value in vars(record).items() if name not in ("outcomes", "usage")}
    return {
        "id": program.id,
        "run": program.run_id,
        "number": program.number,
        "created": program.created,
        **kept,
        "outcomes": [
            {name: value for name, value in vars(outcome).items() if name != "per_query"} for outcome in record.outcomes
        ],
        "usage": [vars(usage) for usage in record.usage],
    }


def frontier_points(programs: Sequence[Program], front: Sequence[Program]) -> list[Point]:
    """Programs with a result on every task, as points of a figure."""
    on_front = {program.id for program in front}
    return [
        Point(program.record.name, program.record.cost_ratio, program.record.mean_delta, program.id in on_front)
        for program in programs
        if program.record.cost_ratio is not None and program.record.mean_delta is not None
    ]
