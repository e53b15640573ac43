"""Tables for a terminal."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archive import COST_WORDS, LONG_TEXTS, LONG_TEXTS_FLAG, Axis, Program, Run, axis_of, costs_of
from harness.evaluation.audited import audits_line
from harness.proposers.recombine.source import decoded, genome_of
from harness.screen.columns import OUTCOMES, PAIRS, frontier_table
from harness.screen.comparison import Comparison
from harness.screen.frontier import frontier_points
from harness.screen.listing import print_cells, print_rows
from harness.screen.views import basis, costs_line, optimism_line, record_line
from harness.text import counted, plain, plain_lines
from harness.transfer.optimism import optimisms

if TYPE_CHECKING:
    from rich.table import Table

    from harness.evaluation.single import Single


def print_frontier(front: Sequence[Program], run: Run, axis: Axis | None = None) -> None:
    """Print a frontier that is not empty, cheapest first on an axis, by default the run's own, and its ground."""
    axis = axis or axis_of(run.record)
    points = frontier_points(front, run)
    unseen_tasks = any(program.record.unseen_tasks_delta is not None for program in front)
    many = any(point.costs.vectors is not None for point in points)
    by_worth = run.record.maximise != "mean"
    print_rows(frontier_table(axis, by_worth=by_worth, unseen_tasks=unseen_tasks, many=many), points)
    print(f"{basis(run)}; cost in {COST_WORDS.get(axis, axis)}.")
    if len(points) > 1:
        print("gain: mean delta less that of the line above it, on the tasks that programs were chosen by.")
    best = max(front, key=lambda program: program.record.mean_delta or 0.0)
    for found in optimisms(best, run):
        print(f"{best.id}: {optimism_line(found)}")
    if long := [point.program.id for point in points if point.costs.flags]:
        print(long_texts_note(long))


def long_texts_note(programs: Sequence[str]) -> str:
    """What the flag says of these programs."""
    return (
        f"{LONG_TEXTS_FLAG}: {', '.join(programs)}. Few, but long texts: the ratio in tokens is more than "
        f"{LONG_TEXTS:g} times that in texts."
    )


def print_comparison(comparison: Comparison) -> None:
    """Print two programs' deltas on each task and how the sources differ."""
    first, second = comparison.first, comparison.second
    for program in (first, second):
        print(f"{program.id}  {plain(program.record.name, 100)}")
    print()
    if comparison.tasks:
        print_rows(PAIRS.table_columns, comparison.tasks)
        print()
    print_code("\n".join(comparison.lines) or "The sources are equal.", "diff")


def print_evaluation(single: "Single") -> None:
    """Print one program's outcomes on every task that was run, and their pooled result."""
    evaluation = single.evaluation
    rows = [
        [
            outcome.task,
            outcome.verdict.value,
            f"{single.cosine[outcome.task][single.measure].value:.4f}",
            "" if outcome.value is None else f"{outcome.value:.4f}",
            "" if outcome.delta is None else f"{outcome.delta:+.4f}",
            f"{outcome.cost.texts:,}",
            f"{outcome.execution.cpu_s:.2f}",
        ]
        for outcome in evaluation.outcomes
    ]
    print_cells(["task", "verdict", ">cosine", f">{single.measure}", ">delta", ">extra texts", ">cpu s"], rows)
    if evaluation.failure is not None:
        print(f"No mean; on {evaluation.failure.task}: {plain(evaluation.failure.reason, 2000)}")
    else:
        print(
            f"mean delta {evaluation.mean_delta:+.4f} over {counted(len(single.cosine), 'task')}, "
            f"cost ratio {evaluation.cost_ratio:.2f}, "
            f"{record_line(evaluation)}"
        )
        print(f"cost {costs_line(single.costs)}")
    print(audits_line(evaluation.audits, len(single.cosine)))
    if flags := [*evaluation.flags, *single.costs.flags]:
        print(f"flags: {', '.join(flags)}")


def print_program(program: Program, run: Run) -> None:
    """Print a program of a run: what its author says, what came of it, its outcomes and its source."""
    record = program.record
    costs = costs_of(record, run.record)
    facts = {
        "name": record.name,
        "status": f"{record.status} ({record.verdict})",
        "reason": record.reason,
        "parents": ", ".join(record.parents),
        "mode": record.mode,
        "novelty": record.novelty_claim,
        "expected": record.expected_effect,
        "lesson": record.lesson,
        "codes": decoded(genome) if (genome := genome_of(record.source)) else "",
        "flags": ", ".join([*record.flags, *costs.flags]),
        "audits": audits_line(record.audits, len(record.outcomes)) if record.outcomes else "",
    }
    if record.mean_delta is not None and record.cost_ratio is not None:
        facts["result"] = (
            f"mean delta {record.mean_delta:+.4f} of {run.record.measure} over {counted(record.n_tasks, 'task')}, "
            f"cost ratio {record.cost_ratio:.2f}, {record_line(record)}"
        )
        facts["unseen"] = " ".join(map(optimism_line, optimisms(program, run)))
        facts["costs"] = costs_line(costs)
        if run.record.maximise != "mean":
            worth = "none" if record.worth is None else f"{record.worth:+.4f}"
            facts["worth"] = f"{worth}, by {run.record.maximise}"
    print(f"program {program.id}")
    for name, value in facts.items():
        if value:
            print(f"{name:>10}  {plain(value, 2000)}")
    print()
    if record.outcomes:
        print_rows(OUTCOMES.table_columns, record.outcomes)
        print()
    print_code(record.source, "python")


def print_source(source: str) -> None:
    """Print a source and nothing else: to the letter into a pipe or file, made harmless on a terminal."""
    if sys.stdout.isatty():
        print_code(source, "python")
    else:
        print(source, end="" if source.endswith("\n") else "\n")


def print_code(text: str, language: str) -> None:
    """Print a source, coloured on a terminal."""
    from rich.console import Console
    from rich.syntax import Syntax

    lines = plain_lines(text, 200_000)
    console = Console()
    if console.is_terminal:
        console.print(Syntax(lines, language, word_wrap=True, background_color="default"))
    else:
        print(lines)


def new_table(*headings: str) -> "Table":
    """A plain table; a heading that begins with `>` is a column of numbers."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        right = heading.startswith(">")
        table.add_column(heading.lstrip(">"), justify="right" if right else "left", no_wrap=right)
    return table


def print_table(table: "Table") -> None:
    """Fit a terminal's width; into a pipe every cell goes whole."""

    from rich.console import Console

    width = None if sys.stdout.isatty() else 400
    Console(width=width, highlight=False, markup=False).print(table)
