"""A transfer for a terminal."""

from collections.abc import Mapping, Sequence

from archive import COST_WORDS, Axis
from harness.screen.column import ABSENT, Column
from harness.screen.columns import interval_text
from harness.screen.listing import print_rows
from harness.screen.tables import long_texts_note
from harness.text import counted, plain
from harness.transfer.analysis import Analysis, ProgramRow
from harness.transfer.matrix import Matrix
from harness.transfer.statistics import Summary

Grouped = tuple[str, Mapping[str, Summary]]
"""A program's name and its figures by group."""


def print_transfer(matrix: Matrix, analysis: Analysis, axis: Axis = "texts") -> None:
    """Print programs by their cost on an axis, then encoders and domains where there are several, then the notes."""
    if analysis.rows:
        print_rows(_program_columns(analysis, axis), analysis.by_cost(axis), absent=ABSENT)
        for name, groups in (
            ("encoder", [row.by_encoder for row in analysis.rows]),
            ("domain", [row.by_domain for row in analysis.rows]),
        ):
            if len({key for group in groups for key in group}) > 1:
                print(f"\nMean delta by {name} (n cells)")
                print_rows(
                    _group_columns(groups),
                    [(row.program, group) for row, group in zip(analysis.rows, groups, strict=True)],
                )
        print()
        for oracle in analysis.oracles:
            print(
                f"ORACLE, not a program: the best of {counted(len(oracle.programs), 'program')} for each "
                f"{oracle.chosen_per}, chosen with the labels, has mean delta {oracle.mean:+.4f} "
                f"(n = {counted(len(oracle.cells), 'common cell')})."
            )
    print_notes(matrix, analysis, axis)


def print_notes(matrix: Matrix, analysis: Analysis, axis: Axis = "texts") -> None:
    """Print what the figures stand on, and every cell that has none."""
    print(
        "Delta of nDCG@10 (a matrix has no other measure) against the same encoder's cosine; "
        f"{counted(len(matrix.programs), 'program')} x {counted(len(matrix.encoders), 'encoder')} x "
        f"{counted(len(matrix.tasks), 'task')}. "
        "95 % intervals over whole tasks, and over the queries of these tasks; "
        f"p by sign flips of {_flipped(analysis)}, Holm over {counted(len(analysis.rows), 'program')}; "
        f"seed {analysis.seed}."
    )
    cost = COST_WORDS.get(axis, f"cost ratio in {axis}")
    print(f"c: {cost}. ms: processor time of the program itself for each query.")
    if long := [row.program for row in analysis.rows if row.costs.flags]:
        print(long_texts_note([plain(program, 40) for program in long]))
    for reason in analysis.blanks:
        print(f"{ABSENT} {reason}")
    if analysis.pairs:
        print(
            f"Also in the --json output: {counted(len(analysis.pairs), 'pair')} of programs, compared on common cells."
        )
    if analysis.repeated:
        print(f"Evaluated more than once: {counted(analysis.repeated, 'cell')}; the figures use the latest attempt.")
    if analysis.in_search:
        print(f"NOT held out, since the program's own search ran on the texts: {counted(analysis.in_search, 'cell')}.")
    if analysis.partly:
        queries = max(cell.shared_queries for cell in analysis.partly)
        documents = max(cell.shared_documents for cell in analysis.partly)
        print(
            f"Sharing texts with the program's own search, less than half: {counted(len(analysis.partly), 'cell')}, "
            f"at most {queries:.0%} of queries, {documents:.0%} of documents."
        )
    if analysis.by_name:
        print(
            "Compared with the program's own search by name and fingerprint alone: "
            f"{counted(analysis.by_name, 'cell')}; it is of an older version, which recorded no content."
        )
    for cell in analysis.without:
        print(f"no result: {plain(cell.program)}, {cell.encoder}, {cell.task}: {cell.verdict} {plain(cell.reason)}")


def _program_columns(analysis: Analysis, axis: Axis) -> tuple[Column[ProgramRow], ...]:
    """From left to right; the last ones go first where the window is narrow, and a line says which."""
    own, other = ("tasks", "queries") if analysis.unit == "tasks" else ("queries", "tasks")
    intervals = {"tasks": lambda row: row.mean_interval, "queries": lambda row: row.query_interval}
    own_milliseconds: Column[ProgramRow] = Column(
        "ms", "", lambda row: (own_s := row.costs.program_seconds) and own_s * 1000, lambda value: f"{value:.1f}"
    )
    return (
        Column("program", "", lambda row: row.program),
        Column("mean", "", lambda row: row.summary.mean, _signed),
        Column(f"95 % {own}", "", intervals[own], interval_text),
        Column("n", "", lambda row: row.summary.n),
        Column("c", "", lambda row: row.costs.on(axis), lambda value: f"{value:.2f}"),
        Column("w/t/l", "", lambda row: row.summary, lambda found: f"{found.wins}/{found.ties}/{found.losses}"),
        Column("p Holm", "", lambda row: row.p_holm, p_text),
        Column("worst", "", lambda row: row.summary.worst.delta, _signed),
        Column(f"95 % {other}", "", intervals[other], interval_text),
        Column("median", "", lambda row: row.summary.median, _signed),
        Column("median 95 % tasks", "", lambda row: row.median_interval, interval_text),
        Column("p", "", lambda row: row.p, p_text),
        own_milliseconds,
        Column("worst cell", "", lambda row: f"{row.summary.worst.task}, {row.summary.worst.encoder}"),
    )


def _group_columns(groups: Sequence[Mapping[str, Summary]]) -> tuple[Column[Grouped], ...]:
    keys = list(dict.fromkeys(key for group in groups for key in group))

    def of(key: str) -> Column[Grouped]:
        return Column(plain(key, 24), "", lambda row: row[1].get(key), lambda found: f"{found.mean:+.4f} ({found.n})")

    return (Column("program", "", lambda row: row[0]), *map(of, keys))


def _signed(value: float) -> str:
    return f"{value:+.4f}"


def p_text(p: float | None) -> str:
    """Four decimals, or a dash where no p below 5 % was possible."""
    return ABSENT if p is None else f"{p:.4f}"


def _flipped(analysis: Analysis) -> str:
    return "whole tasks" if analysis.unit == "tasks" else "queries, so it says nothing of other tasks"
