"""Archived values as plain JSON-ready mappings, the same in every verb."""

from typing import Any

from archive import Program


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
