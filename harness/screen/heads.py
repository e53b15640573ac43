"""Learned heads for a terminal: what they gain on queries seen and unseen, and how programs do beside them."""

from collections.abc import Mapping, Sequence

from harness.heads.comparison import LessHeads
from harness.screen.columns import interval_text
from harness.screen.listing import print_cells
from harness.screen.transfer import p_text
from harness.text import counted
from harness.transfer.analysis import Analysis


def print_gains(parts: Mapping[str, Analysis]) -> None:
    """Print the mean delta of every head and program in each part, with its interval and number of cells."""
    print("Mean delta by whether queries, or tasks, were seen in training, with 95 % intervals")
    cells = []
    rows = {part: {row.program: row for row in analysis.rows} for part, analysis in parts.items()}
    for name in dict.fromkeys(name for some in rows.values() for name in some):
        found = [some.get(name) for some in rows.values()]
        cells.append([name, *(f"{r.summary.mean:+.4f} {interval_text(r.interval)}" if r else "" for r in found)])
    print_cells(["head or program", *(f">{part}" for part in parts)], cells)
    for part, analysis in parts.items():
        most = max((row.summary.n for row in analysis.rows), default=0)
        over = "whole tasks" if analysis.unit == "tasks" else "the queries of these tasks"
        print(f"  {part}: n = {counted(most, 'cell')}, its intervals are over {over}.")


def print_less_heads(found: Sequence[LessHeads]) -> None:
    """Print each program less each kind of head, where there are both."""
    if not found:
        return
    kinds = {one.kind: one.seeds for one in found}
    print("\nMean delta of a program less that of heads on the same queries, with 95 % interval and p Holm")
    table = {(one.program, one.kind): one for one in found}
    rows = [
        [program, *(_less(table.get((program, kind))) for kind in kinds)]
        for program in dict.fromkeys(one.program for one in found)
    ]
    print_cells(["program", *(f">{kind} (mean of {counted(seeds, 'seed')})" for kind, seeds in kinds.items())], rows)


def _less(one: LessHeads | None) -> str:
    return "" if one is None else f"{one.difference:+.4f} {interval_text(one.interval)} {p_text(one.p_holm)}"
