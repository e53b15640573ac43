"""The ledger as one table, programs by tasks, in the order of programs: so a prompt begins as the last one did."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive import non_dominated
from harness.evaluation.evaluate import TIE
from harness.programs.view import LedgerRow
from harness.proposers.ledger_text import BIT_HEADING, LedgerForm, worth_apart
from harness.proposers.tokens import count

BLOCK = 50
"""Programs between two choices of the older rows: until the next one, a table only grows at its end."""


@dataclass(frozen=True)
class Table:
    """A table as text, in two parts that stand one after the other."""

    settled: str
    newest: str
    """The rows that came since the briefing's settled sources were chosen."""


CLAIM_CHARS = 120
REASON_CHARS = 160
OMISSION_TOKENS = 20
CITED = re.compile(r"\bp(\d+)\b")

HEADING = (
    "# Ledger\n\nEvery program so far, oldest first. delta is followed by its standard error over the queries; the "
    "gain over the parent by its 95 % interval. Deltas per task are in thousandths with their standard errors. "
    "index is the share of the texts asked for which a program's index asked for. Flags are what audits found; ? "
    "stands where not every audit was made, so that what is not flagged is not tested.\n\n"
)


@dataclass(frozen=True)
class Columns:
    """The table's columns beside those that every table has: tasks, in the order of the first program's."""

    tasks: tuple[str, ...]

    @classmethod
    def of(cls, rows: Sequence[LedgerRow]) -> "Columns":
        return cls(next((tuple(row.deltas) for row in rows if row.deltas), ()))

    @property
    def head(self) -> str:
        figures = ("delta", "gain over the parent") if self.tasks else ()
        return " | ".join(("program", "parents", "status", *figures, "cost", "index", "flags", *self.tasks, "claim"))


def fit_table(rows: Sequence[LedgerRow], budget: int, form: LedgerForm, settled: int = 0) -> Table:
    """The table within `budget` tokens, its first part that of the first `settled` rows.

    Where not all rows fit, those of older blocks are chosen by what they taught, as of the end of the last whole block;
    so the table begins in the same way until the next block is whole.
    """
    if not rows:
        return Table("", "")
    columns = Columns.of(rows)
    heading = (BIT_HEADING if form.heading == BIT_HEADING else HEADING) + columns.head + "\n"
    texts = {row.id: row_text(row, columns, reasons=form.reasons) for row in rows}
    left = budget - count(heading) - OMISSION_TOKENS
    older = (len(rows) - 1) // BLOCK * BLOCK
    kept = _fit(list(by_importance(rows[:older])), texts, left * 2 // 3)
    kept |= _fit(rows[older:][::-1], texts, left - sum(count(texts[id_]) for id_ in kept))
    texts = {id_: text for id_, text in texts.items() if id_ in kept}
    omitted = len(rows) - len(texts)
    note = f"({omitted} older programs are left out.)\n" if omitted else ""
    first, then = ("".join(texts.get(row.id, "") for row in part) for part in (rows[:settled], rows[settled:]))
    return Table(heading + first, then + note + "\n")


def _fit(rows: Sequence[LedgerRow], texts: dict[str, str], budget: int) -> set[str]:
    """The first of these rows, as many as fit."""
    kept = set()
    for row in rows:
        budget -= count(texts[row.id])
        if budget < 0:
            break
        kept.add(row.id)
    return kept


def row_text(row: LedgerRow, columns: Columns, *, reasons: bool = False) -> str:
    """A program in one line. What it says never changes once the program is recorded."""
    told = row.status
    if row.reason and (reasons or row.status == "rejected"):
        told += f": {cut(row.reason, REASON_CHARS)}"
    cells = [f"{row.id} {row.name}", " ".join(row.parents) or "none", told]
    if columns.tasks:
        cells += [_delta(row), gain_text(row)]
    cells += ["" if row.cost_ratio is None else f"{row.cost_ratio:.2f}", index_text(row), _flags(row)]
    cells += [_cell(row, task) for task in columns.tasks] if row.deltas else ["-"] * bool(columns.tasks)
    return " | ".join([*cells, cut(row.novelty_claim, CLAIM_CHARS)]).replace("\n", " ").rstrip() + "\n"


def gain_text(row: LedgerRow) -> str:
    """What a program gained over its parent, with the interval."""
    if row.gain is None:
        return "-"
    between = "" if row.gain.low is None else f" [{row.gain.low:+.4f}, {row.gain.high:+.4f}]"
    return f"{row.gain.value:+.4f}{between}"


def index_text(row: LedgerRow) -> str:
    return "-" if row.index_share is None else f"{row.index_share:.0%}"


def cut(text: str, most: int) -> str:
    """A text in one line of at most so many characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def by_importance(rows: Sequence[LedgerRow]) -> Iterator[LedgerRow]:
    """Rows by what they taught, each once: the frontier, flips of sign, those that lessons cite, then the newest."""
    known = {row.id: row for row in rows}
    cited, front = _cited(rows), frontier_of(rows)
    groups = (
        [row for row in rows if row.id in front],
        [row for row in rows if flips(row, known)],
        [row for row in rows if row.id in cited],
        rows,
    )
    seen: set[str] = set()
    for group in groups:
        for row in reversed(group):
            if row.id not in seen:
                seen.add(row.id)
                yield row


def frontier_of(rows: Sequence[LedgerRow]) -> frozenset[str]:
    """Ids of the non-dominated programs among these; of those admitted, where no figure is told."""
    priced = [row for row in rows if row.status != "rejected" and row.worth is not None and row.cost_ratio is not None]
    if not priced:
        return frozenset(row.id for row in rows if row.status == "admitted")
    kept = non_dominated([row.cost_ratio or 0.0 for row in priced], [row.worth or 0.0 for row in priced])
    return frozenset(priced[place].id for place in kept)


def flips(row: LedgerRow, known: dict[str, LedgerRow]) -> tuple[str, ...]:
    """Tasks on which a program is up where its first parent was down, or the other way, both beyond their errors."""
    parent = next((known[one] for one in row.parents if one in known), None)
    if parent is None:
        return ()
    return tuple(task for task in row.deltas if task in parent.deltas and sign(row, task) * sign(parent, task) < 0)


def sign(row: LedgerRow, task: str) -> int:
    """Whether a program is up or down on a task beyond one standard error; 0 where it is neither."""
    delta = row.deltas[task]
    return 0 if abs(delta) <= max(TIE, row.errors.get(task, 0.0)) else 1 if delta > 0 else -1


def _cited(rows: Sequence[LedgerRow]) -> frozenset[str]:
    """Ids of the programs whose number stands in the lesson of a later one."""
    by_number = {row.id.rpartition(".")[2]: row.id for row in rows}
    found = {by_number.get(number) for row in rows for number in CITED.findall(row.lesson)}
    return frozenset(id_ for id_ in found if id_)


def _delta(row: LedgerRow) -> str:
    if row.mean_delta is None:
        return "-"
    errors = [row.errors[task] for task in row.deltas if task in row.errors]
    error = f" ± {sum(one**2 for one in errors) ** 0.5 / len(errors):.4f}" if errors else ""
    return f"{row.mean_delta:+.4f}{error}{worth_apart(row)}"


def _cell(row: LedgerRow, task: str) -> str:
    if task not in row.deltas:
        return "-"
    error = f"±{1000 * row.errors[task]:.0f}" if task in row.errors else ""
    return f"{1000 * row.deltas[task]:+.0f}{error}"


def _flags(row: LedgerRow) -> str:
    return " ".join((*row.flags, *(["?"] if row.untested else []))) or "-"
