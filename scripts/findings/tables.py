"""Findings as Markdown: programs in-domain beside held out, and differences of two programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.screen.column import ABSENT
from harness.screen.columns import interval_text
from harness.transfer.intervals import mean_interval
from harness.transfer.matrix import Matrix
from harness.transfer.significance import paired, sign_flip_p, unit_of
from harness.transfer.statistics import CellDelta, summarise
from scripts.findings.choose import Choice

Cells = Sequence[CellDelta]


@dataclass(frozen=True)
class Measured:
    """A choice's cells where was searched and held out; empty where the set was not asked for."""

    choice: Choice
    searched: Cells
    held_out: Cells
    texts: float
    """Cost ratios held out, in texts and in tokens; in-domain where nothing is held out."""
    tokens: float
    milliseconds: float
    """The program's own processor time a query, its work on the documents included, as in a batch."""


def measured(choice: Choice, name: str, searched: Matrix, held_out: Matrix) -> Measured:
    """The cells of the program of this name in both matrices."""
    cells = [cell for cell in (held_out if held_out.cells else searched).of(name) if cell.result is not None]
    texts, tokens = sum(cell.baseline_texts for cell in cells), sum(cell.baseline_tokens for cell in cells)
    queries = sum(cell.n_queries for cell in cells)
    return Measured(
        choice,
        searched.results(name),
        held_out.results(name),
        1 + sum(cell.texts for cell in cells) / max(texts, 1),
        1 + sum(cell.tokens for cell in cells) / max(tokens, 1),
        1000 * sum(cell.cpu_s for cell in cells) / max(queries, 1),
    )


def programs_table(rows: Sequence[Measured], against: Measured) -> Iterator[str]:
    """One row a program, and its held-out difference to another one."""
    than = against.choice.name
    costs, deltas = "c texts | c tokens | ms a query", "in-domain | held out | median | w/t/l"
    yield f"| chosen as | program | {costs} | {deltas} | less {than}, held out | p |"
    yield "|---|---|--:|--:|--:|---|---|--:|---|---|--:|"
    for row in rows:
        cells = [
            row.choice.label, row.choice.name, f"{row.texts:.2f}", f"{row.tokens:.2f}", f"{row.milliseconds:.0f}",
            mean_text(row.searched), mean_text(row.held_out), *_shape(row.held_out),
            *difference(row.held_out, against.held_out),
        ]  # fmt: skip
        yield f"| {' | '.join(cells)} |"


def differences_table(pairs: Mapping[str, tuple[Measured, Measured]]) -> Iterator[str]:
    """One row a pair: the first program less the second, in-domain and held out."""
    yield "| first less second | in-domain | p | held out | p |"
    yield "|---|---|--:|---|--:|"
    for label, (first, second) in pairs.items():
        both = (*difference(first.searched, second.searched), *difference(first.held_out, second.held_out))
        yield f"| {label} | {' | '.join(both)} |"


def mean_text(cells: Cells) -> str:
    """Mean delta and its interval over tasks, over the queries of these tasks where tasks are too few."""
    return f"{summarise(cells).mean:+.4f} {interval_text(mean_interval(cells))}".rstrip() if cells else ABSENT


def difference(first: Cells, second: Cells) -> tuple[str, str]:
    """The paired difference with its interval over tasks, and its sign-flip p; blank for a program and itself."""
    found = paired(first, second)
    if not found or all(not cell.per_query.any() for cell in found):
        return "", ""
    p = sign_flip_p(found, unit_of(found))
    return mean_text(found), ABSENT if p is None else f"{p:.3f}"


def _shape(cells: Cells) -> tuple[str, str]:
    if not cells:
        return ABSENT, ABSENT
    found = summarise(cells)
    return f"{found.median:+.4f}", f"{found.wins}/{found.ties}/{found.losses}"
