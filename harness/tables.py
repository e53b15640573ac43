"""Tables for a terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archive import Program, Run
from harness.plain import plain

if TYPE_CHECKING:
    from rich.table import Table

    from harness.evaluate import Evaluation


def print_frontier(programs: Sequence[Program], run: Run) -> None:
    """Print a run's frontier, cheapest first, and what its numbers stand on."""
    if not programs:
        print(f"Run {run.id} has no program with a result on every task yet.")
        return
    table = new_table("id", "name", ">cost ratio", ">mean delta", ">win/tie/loss", "flags")
    for program in programs:
        record = program.record
        table.add_row(
            program.id,
            plain(record.name, 60),
            f"{record.cost_ratio:.2f}",
            f"{record.mean_delta:+.4f}",
            f"{record.wins}/{record.ties}/{record.losses}",
            plain(", ".join(record.flags)),
        )
    print_table(table)
    queries = sum(task.n_queries for task in run.record.tasks)
    print(
        f"nDCG@10 against cosine, mean of {len(run.record.tasks)} tasks ({queries} queries), "
        f"encoder {run.record.encoder['name']}, seed {run.record.seed}."
    )


def print_runs(runs: Sequence[Run], counts: dict[str, int]) -> None:
    """Print all runs, newest first."""
    table = new_table("run", "started (UTC)", "status", "objective", "encoder", ">tasks", ">programs", ">seed")
    for run in runs:
        table.add_row(
            run.id,
            run.created[:16].replace("T", " "),
            run.status,
            run.record.objective,
            plain(str(run.record.encoder["name"]), 40),
            str(len(run.record.tasks)),
            str(counts.get(run.id, 0)),
            str(run.record.seed),
        )
    print_table(table)


def print_evaluation(evaluation: "Evaluation", baselines: dict[str, float]) -> None:
    """Print one program's outcomes on every task that was run, and their pooled result."""
    table = new_table("task", "verdict", ">cosine", ">nDCG@10", ">delta", ">extra texts", ">cpu s")
    for outcome in evaluation.outcomes:
        table.add_row(
            outcome.task,
            outcome.verdict.value,
            f"{baselines[outcome.task]:.4f}",
            "" if outcome.ndcg is None else f"{outcome.ndcg:.4f}",
            "" if outcome.delta is None else f"{outcome.delta:+.4f}",
            f"{outcome.cost.texts:,}",
            f"{outcome.execution.cpu_s:.2f}",
        )
    print_table(table)
    if evaluation.failure is not None:
        print(f"No mean: on {evaluation.failure.task} the program ended with {plain(evaluation.failure.reason, 2000)}")
    else:
        print(
            f"mean delta {evaluation.mean_delta:+.4f} over {len(baselines)} tasks, "
            f"cost ratio {evaluation.cost_ratio:.2f}, "
            f"{evaluation.wins} wins, {evaluation.ties} ties, {evaluation.losses} losses"
        )


def print_program(program: Program) -> None:
    """Print a program: what its author says, what came of it, its outcomes and its source."""
    record = program.record
    facts = {
        "name": record.name,
        "status": f"{record.status} ({record.verdict})",
        "reason": record.reason,
        "parents": ", ".join(record.parents),
        "mode": record.mode,
        "novelty": record.novelty_claim,
        "expected": record.expected_effect,
        "lesson": record.lesson,
        "flags": ", ".join(record.flags),
    }
    if record.mean_delta is not None and record.cost_ratio is not None:
        facts["result"] = (
            f"mean delta {record.mean_delta:+.4f} over {len(record.outcomes)} tasks, "
            f"cost ratio {record.cost_ratio:.2f}, {record.wins} wins, {record.ties} ties, {record.losses} losses"
        )
    print(f"program {program.id}")
    for name, value in facts.items():
        if value:
            print(f"{name:>10}  {plain(value, 2000)}")
    print()
    _print_outcomes(program)
    _print_source(record.source)


def _print_outcomes(program: Program) -> None:
    if not program.record.outcomes:
        return
    table = new_table("task", "verdict", ">nDCG@10", ">delta", ">extra texts", ">tokens", ">encoder s", ">wall s")
    for outcome in program.record.outcomes:
        table.add_row(
            outcome.task,
            outcome.verdict,
            "" if outcome.ndcg is None else f"{outcome.ndcg:.4f}",
            "" if outcome.delta is None else f"{outcome.delta:+.4f}",
            f"{outcome.texts:,}",
            f"{outcome.tokens:,}",
            f"{outcome.encoder_seconds:.2f}",
            f"{outcome.wall_s:.2f}",
        )
    print_table(table)


def _print_source(source: str) -> None:
    from rich.console import Console
    from rich.syntax import Syntax

    lines = "\n".join(plain(line, 2000) for line in source.expandtabs(4).split("\n"))
    console = Console()
    if console.is_terminal:
        console.print(Syntax(lines, "python", word_wrap=True))
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
    import sys

    from rich.console import Console

    width = None if sys.stdout.isatty() else 400
    Console(width=width, highlight=False, markup=False).print(table)
