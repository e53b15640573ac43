"""Archived values as plain JSON-ready mappings, the same in every verb."""

from typing import Any, Protocol

from archive import RATIOS, Costs, Program, Run
from harness.evaluation.cost_limit import CostLimit
from harness.text import counted, plain
from harness.transfer.optimism import Optimism


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


def optimism_line(found: Optimism) -> str:
    """Searched and unseen side by side, in one sentence."""
    interval = f" [{found.interval.low:+.4f}, {found.interval.high:+.4f}]" if found.interval else ""
    if found.whole:
        return (
            f"{found.searched:+.4f} on searched tasks, {found.unseen:+.4f} on {counted(found.n_tasks, 'unseen one')}; "
            f"the difference, {found.difference:+.4f}{interval}, is what the search owes to the tasks it saw, and the "
            "draw of the tasks."
        )
    return (
        f"{found.searched:+.4f} on searched queries, {found.unseen:+.4f} on {counted(found.n_queries, 'unseen one')} "
        f"of {counted(found.n_tasks, 'task')}; the difference, {found.difference:+.4f}{interval}, is what the search "
        "owes to the queries it saw."
    )


def costs_line(costs: Costs) -> str:
    """A program's cost ratios and its own seconds, as far as they are known."""
    told = [f"{ratio:.2f} in {axis}" for axis in RATIOS if (ratio := costs.on(axis)) is not None]
    figures = (
        (costs.latency, "{:.1f} ms a query"),
        (costs.alone_median, "{:.1f} ms of the program for a query alone (median)"),
        (costs.alone_95, "{:.1f} ms (95th percentile)"),
        (costs.query_texts, "{:.2f} texts embedded a query"),
        (costs.index_texts, "index: {:.2f} texts embedded a document"),
        (costs.index_seconds, "{:.2f} s for 1,000 documents"),
        (costs.index_bytes, "{:.0f} bytes a document"),
        (costs.scoring, "{:.1f} ms of MaxSim and program a query"),
        (None if costs.vectors is None else costs.bytes, "{:,.0f} bytes kept of a document"),
    )
    return ", ".join([*told, *(form.format(figure) for figure, form in figures if figure is not None)])


class Scored(Protocol):
    """What counts tasks won, tied and lost."""

    @property
    def wins(self) -> int: ...
    @property
    def ties(self) -> int: ...
    @property
    def losses(self) -> int: ...


def record_line(found: Scored) -> str:
    """`5 wins, 0 ties, 1 loss`."""
    return f"{counted(found.wins, 'win')}, {counted(found.ties, 'tie')}, {counted(found.losses, 'loss', 'losses')}"


def basis(run: Run) -> str:
    """What a run's numbers stand on, in one line."""
    tasks = [task for task in run.record.tasks if task.split == "search"]
    queries = sum(task.n_queries - len(task.unseen) for task in tasks)
    goal = f"{plain(run.record.measure)} against cosine, {plain(run.record.maximise)}"
    limit = CostLimit.of(run.record)
    budget = f", budget {limit.told}" if limit else ""
    return (
        f"{goal} of {counted(len(tasks), 'task')} ({counted(queries, 'query', 'queries')}), "
        f"encoder {plain(str(run.record.encoder['name']))}, seed {run.record.seed}{budget}"
    )
