"""The ledger as text: each row whole or in one line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.programs.view import LedgerRow, ProgramView
from harness.proposers.tokens import count
from harness.settings import Settings

HEADING = "# Ledger\n\nEvery program so far, oldest first; w/t/l counts the tasks won, tied and lost.\n\n"
BIT_HEADING = (
    "# Ledger\n\nEvery program so far, oldest first. Of quality one bit is told: whether a program was admitted, or "
    "merely evaluated. The frontier shows the admitted ones, newest first.\n\n"
)
MOST_ROWS = 400
"""Newest rows that are listed beside the frontier's; so a prompt takes no longer at program 2,000 than at 500."""
OMISSION_TOKENS = 20
"""Kept free for the line that counts what is left out."""


@dataclass(frozen=True)
class LedgerForm:
    """How much the ledger of a search tells."""

    heading: str = HEADING
    reasons: bool = False
    """Whether rows with a result say why they were admitted or not; those without one always say why."""


FIGURES = LedgerForm()


def form_of(settings: Settings) -> LedgerForm:
    """The form that suits what an author hears and what is admitted."""
    if settings.proposer.feedback == "bit":
        return LedgerForm(BIT_HEADING)  # the reason is the bit, which the status tells
    return LedgerForm(reasons=settings.search.admission == "beyond_noise")


def whole(row: LedgerRow, *, reasons: bool = False) -> str:
    """Everything a proposer may know of a program, its source aside."""
    lines = [f"{_head(row)}; parents {', '.join(row.parents) or 'none'}"]
    if row.deltas:
        lines.append("  per task: " + ", ".join(f"{task} {delta:+.4f}" for task, delta in row.deltas.items()))
    if row.reason and (reasons or (row.mean_delta is None and row.status == "rejected")):
        lines.append(f"  why: {row.reason}")
    lines += [f"  note: {note}" for note in row.notes]
    if row.novelty_claim:
        lines.append(f"  claim: {row.novelty_claim}")
    if row.lesson:
        lines.append(f"  lesson on what came before: {row.lesson}")
    return "\n".join(lines) + "\n"


def brief(row: LedgerRow) -> str:
    """The row in one line."""
    return _head(row) + "\n"


def fit_ledger(rows: Sequence[LedgerRow], frontier: frozenset[str], budget: int, form: LedgerForm = FIGURES) -> str:
    """The ledger within `budget` tokens, oldest first.

    Rows of the frontier, then the newest, stand whole while two thirds of the budget last; the others take one line
    each, and what does not fit even so, or is older than MOST_ROWS, is counted.
    """
    if not rows:
        return ""
    left = budget - count(form.heading) - OMISSION_TOKENS
    for_whole = left * 2 // 3
    texts: dict[str, str] = {}
    for row in _by_importance(rows, frontier):
        if for_whole > 0 and (cost := count(text := whole(row, reasons=form.reasons))) <= for_whole:
            for_whole -= cost
        else:
            for_whole = 0
            cost = count(text := brief(row))
        if cost > left:
            break
        left -= cost
        texts[row.id] = text
    omitted = len(rows) - len(texts)
    note = f"({omitted} older programs are left out.)\n" if omitted else ""
    return form.heading + note + "".join(texts[row.id] for row in rows if row.id in texts) + "\n"


def _by_importance(rows: Sequence[LedgerRow], frontier: frozenset[str]) -> Iterator[LedgerRow]:
    yield from (row for row in reversed(rows) if row.id in frontier)
    yield from (row for row in reversed(rows[-MOST_ROWS:]) if row.id not in frontier)


def _head(row: LedgerRow) -> str:
    if row.mean_delta is None or row.cost_ratio is None:
        cost = "" if row.cost_ratio is None else f", cost {row.cost_ratio:.2f}"
        return f"{row.id} {row.name}: {row.status}{cost}"
    quality = f"delta {row.mean_delta:+.4f}{worth_apart(row)}"
    numbers = f"{quality}, cost {row.cost_ratio:.2f}, w/t/l {row.wins}/{row.ties}/{row.losses}"
    return f"{row.id} {row.name}: {row.status}, {numbers}"


def worth_apart(program: LedgerRow | ProgramView) -> str:
    """What counts for a program, where that is not its mean delta."""
    if program.worth == program.mean_delta:
        return ""
    if program.worth is None:
        return " (over the budget)" if program.over_budget else " (below the floor)"
    return f" (counts as {program.worth:+.4f})"
