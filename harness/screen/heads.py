"""Learned heads for a terminal: what they gain on queries seen and unseen, and how programs do beside them."""

from collections.abc import Mapping, Sequence

from harness.heads.comparison import LessHeads
from harness.screen.columns import interval_text
from harness.screen.tables import new_table, print_table
from harness.screen.transfer import p_text
from harness.text import plain
from harness.transfer.analysis import Analysis


def print_gains(parts: Mapping[str, Analysis]) -> None:
    """Print the mean delta of every head and program in each part, with its interval and number of cells."""
    print("Mean delta by whether queries, or tasks, were seen in training, with 95 % intervals")
    shown = new_table("head or program", *(f">{part}" for part in parts))
    rows = {part: {row.program: row for row in analysis.rows} for part, analysis in parts.items()}
    for name in dict.fromkeys(name for some in rows.values() for name in some):
        found = [some.get(name) for some in rows.values()]
        cells = (f"{row.summary.mean:+.4f} {interval_text(row.interval)}" if row else "" for row in found)
        shown.add_row(plain(name, 40), *cells)
    print_table(shown)
    for part, analysis in parts.items():
        most = max((row.summary.n for row in analysis.rows), default=0)
        over = "whole tasks" if analysis.unit == "tasks" else "the queries of these tasks"
        print(f"  {part}: n = {most} cells, its intervals are over {over}.")


def print_less_heads(found: Sequence[LessHeads]) -> None:
    """Print each program less each kind of head, where there are both."""
    if not found:
        return
    kinds = {one.kind: one.seeds for one in found}
    print("\nMean delta of a program less that of heads on the same queries, with 95 % interval and p Holm")
    shown = new_table("program", *(f">{kind} (mean of {seeds} seeds)" for kind, seeds in kinds.items()))
    table = {(one.program, one.kind): one for one in found}
    for program in dict.fromkeys(one.program for one in found):
        shown.add_row(
            plain(program, 40),
            *(
                f"{one.difference:+.4f} {interval_text(one.interval)} {p_text(one.p_holm)}"
                if (one := table.get((program, kind)))
                else ""
                for kind in kinds
            ),
        )
    print_table(shown)
