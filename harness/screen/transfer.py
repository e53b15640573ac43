"""A transfer for a terminal."""

from typing import TYPE_CHECKING

from archive import Axis
from harness.screen.columns import ABSENT, interval_text
from harness.screen.tables import long_texts_note, new_table, print_table
from harness.text import plain
from harness.transfer.analysis import Analysis, ProgramRow
from harness.transfer.matrix import Matrix
from harness.transfer.statistics import Summary

if TYPE_CHECKING:
    from rich.table import Table


def print_transfer(matrix: Matrix, analysis: Analysis, axis: Axis = "texts") -> None:
    """Print programs by their cost on an axis, then encoders and domains where there are several, then the notes."""
    if analysis.rows:
        print_table(_programs(analysis, axis))
        for name, groups in (
            ("encoder", [row.by_encoder for row in analysis.rows]),
            ("domain", [row.by_domain for row in analysis.rows]),
        ):
            if len({key for group in groups for key in group}) > 1:
                print(f"\nMean delta by {name} (n cells)")
                print_table(_groups(analysis.rows, groups))
        print()
        for oracle in analysis.oracles:
            print(
                f"ORACLE, not a program: the best of {len(oracle.programs)} programs for each {oracle.chosen_per}, "
                f"chosen with the labels, has mean delta {oracle.mean:+.4f} (n = {len(oracle.cells)} common cells)."
            )
    print_notes(matrix, analysis, axis)


def print_notes(matrix: Matrix, analysis: Analysis, axis: Axis = "texts") -> None:
    """Print what the figures stand on, and every cell that has none."""
    print(
        "Delta of nDCG@10 (a matrix has no other measure) against the same encoder's cosine; "
        f"{len(matrix.programs)} programs x {len(matrix.encoders)} encoders x {len(matrix.tasks)} tasks. "
        "95 % intervals over whole tasks, and over the queries of these tasks; "
        f"p by sign flips of {_flipped(analysis)}, Holm over {len(analysis.rows)} programs; seed {analysis.seed}."
    )
    print(f"c: cost ratio in {axis}. ms: processor time of the program itself for each query.")
    if long := [row.program for row in analysis.rows if row.costs.flags]:
        print(long_texts_note([plain(program, 40) for program in long]))
    for reason in analysis.blanks:
        print(f"{ABSENT} {reason}")
    if analysis.pairs:
        print(f"{len(analysis.pairs)} pairs of programs, each compared on its common cells, are in the --json output.")
    if analysis.repeated:
        print(f"{analysis.repeated} cells were evaluated more than once; the figures use the latest attempt.")
    if analysis.in_search:
        print(f"{analysis.in_search} cells are NOT held out: the program's own search ran on their texts.")
    if analysis.partly:
        queries = max(cell.shared_queries for cell in analysis.partly)
        documents = max(cell.shared_documents for cell in analysis.partly)
        print(
            f"{len(analysis.partly)} cells share texts with the program's own search, less than half: at most "
            f"{queries:.0%} of queries, {documents:.0%} of documents."
        )
    if analysis.by_name:
        print(
            f"{analysis.by_name} cells were compared with the program's own search by name and fingerprint alone: it "
            "is of an older version, which recorded no content."
        )
    for cell in analysis.without:
        print(f"no result: {plain(cell.program)}, {cell.encoder}, {cell.task}: {cell.verdict} {plain(cell.reason)}")


def _programs(analysis: Analysis, axis: Axis) -> "Table":
    shown = new_table(
        "program", ">c", ">ms", ">n", ">mean", ">95 % tasks", ">95 % queries", ">median", ">95 % tasks",
        ">win/tie/loss", ">worst", "worst cell", ">p", ">p Holm",
    )  # fmt: skip
    for row in analysis.by_cost(axis):
        summary, cost, own = row.summary, row.costs.on(axis), row.costs.program_seconds
        shown.add_row(
            plain(row.program, 40),
            ABSENT if cost is None else f"{cost:.2f}",
            ABSENT if own is None else f"{own * 1000:.1f}",
            str(summary.n),
            f"{summary.mean:+.4f}",
            interval_text(row.mean_interval),
            interval_text(row.query_interval),
            f"{summary.median:+.4f}",
            interval_text(row.median_interval),
            f"{summary.wins}/{summary.ties}/{summary.losses}",
            f"{summary.worst.delta:+.4f}",
            plain(f"{summary.worst.task}, {summary.worst.encoder}", 48),
            p_text(row.p),
            p_text(row.p_holm),
        )
    return shown


def _groups(rows: tuple[ProgramRow, ...], groups: list[dict[str, Summary]]) -> "Table":
    keys = list(dict.fromkeys(key for group in groups for key in group))
    shown = new_table("program", *(f">{plain(key, 24)}" for key in keys))
    for row, group in zip(rows, groups, strict=True):
        cells = (f"{group[key].mean:+.4f} ({group[key].n})" if key in group else "" for key in keys)
        shown.add_row(plain(row.program, 40), *cells)
    return shown


def p_text(p: float | None) -> str:
    """Four decimals, or a dash where no p below 5 % was possible."""
    return ABSENT if p is None else f"{p:.4f}"


def _flipped(analysis: Analysis) -> str:
    return "whole tasks" if analysis.unit == "tasks" else "queries, so it says nothing of other tasks"
