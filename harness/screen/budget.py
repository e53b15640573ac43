"""What several budgets give, for a terminal."""

from harness.evaluation.budget import Chosen, Study
from harness.screen.tables import new_table, print_table
from harness.text import counted

UNITS = {
    "texts": "texts",
    "tokens": "tokens",
    "seconds": "encoder s",
    "latency": "ms",
    "vectors": "vectors",
    "scoring": "ms of scoring",
}
NOTHING = "nothing to gain"
"""In place of a share where at that cost the oracle has no more than chance, such as where nothing is spent."""


def print_study(found: Study) -> None:
    """Print the fixed budgets, the oracles and the choosers."""
    queries, tasks = counted(found.n_queries, "query", "queries"), counted(found.n_tasks, "task")
    print(f"{found.knob} on {queries} of {tasks}, each task with equal weight")
    table = new_table("spending", f">{found.measure}", f">{UNITS[found.axis]} a query", ">share of the oracle's gain")
    for one in found.fixed:
        _row(table, one, " (best fixed)" if one.name == found.best_fixed else "")
    _row(table, found.oracle_per_task, " (has seen the labels)")
    _row(table, found.oracle_per_query, " (has seen the labels)")
    _row(table, found.oracle_at_cost, " as chance (has seen the labels)")
    _row(table, found.chance, ": half the queries at the best greater budget")
    for one in found.choosers:
        _row(table, one, ": half the queries, chosen without labels", none=NOTHING)
    for one in found.programs:
        _row(table, one, ": a program that chooses, at its own cost", none=NOTHING)
    print_table(table)


def _row(table: "object", one: Chosen, note: str, *, none: str = "") -> None:
    share = none if one.share is None else f"{one.share:.0%}"
    table.add_row(one.name + note, f"{one.value:.4f}", f"{one.cost:.3g}", share)  # type: ignore[attr-defined]
