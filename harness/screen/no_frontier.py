"""Why a run has no frontier, in one sentence."""

from collections.abc import Sequence

from archive import Axis, Program, Run, axis_of, costs_of
from harness.evaluation.cost_limit import CostLimit


def why_no_frontier(programs: Sequence[Program], run: Run, axis: Axis | None = None) -> str:
    """What keeps the programs of a run off its frontier on an axis, by default the run's own."""
    measured = [program for program in programs if program.record.mean_delta is not None]
    if not measured:
        yet = " yet" if run.status == "running" else ""
        return f"Run {run.id} has no program with a result on every task{yet}."
    if limit := CostLimit.of(run.record):
        costs = [costs_of(program.record, run.record).on(limit.axis) for program in measured]
        least = min((cost for cost in costs if cost is not None), default=None)
        if least is not None and limit.excludes(least):
            return (
                f"No program of run {run.id} is within its budget of {limit.told}; the cheapest costs {least:,.2f}. "
                "Set a greater search.budget in a new run."
            )
    if not any(program.record.worth is not None for program in measured):
        return f"No program of run {run.id} is above the floor that its settings set (search.floor)."
    axis = axis or axis_of(run.record)
    return f"What programs of run {run.id} cost in {axis} was not counted; leave --cost out, or choose texts."
