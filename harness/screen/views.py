"""Archived values as plain JSON-ready mappings, the same in every verb."""

from typing import Any

from archive import Program, Run
from harness.text import plain


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
            {
                **{name: value for name, value in vars(outcome).items() if name != "per_query"},
                "measured": {name: found.value for name, found in outcome.by_measure.items()},
            }
            for outcome in record.outcomes
        ],
        "usage": [vars(usage) for usage in record.usage],
    }


def basis(run: Run) -> str:
    """What a run's numbers stand on, in one line."""
    tasks = [task for task in run.record.tasks if task.split == "search"]
    queries = sum(task.n_queries for task in tasks)
    goal = f"{plain(run.record.measure)} against cosine, {plain(run.record.maximise)}"
    return (
        f"{goal} of {len(tasks)} tasks ({queries:,} queries), "
        f"encoder {plain(str(run.record.encoder['name']))}, seed {run.record.seed}"
    )
