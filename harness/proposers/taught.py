"""What programs taught: what their authors expected, set against what came, and the lessons drawn."""

from collections.abc import Sequence

from harness.programs.view import LedgerRow
from harness.proposers.table import by_importance, cut, flips, sign
from harness.proposers.tokens import count

HEADING = (
    "# What they taught\n\nThe frontier, programs on which a sign turned, those that lessons cite, and the newest: "
    "what their authors expected, beside what came. Up and down are beyond one standard error.\n\n"
)
BIT_HEADING = "# What they taught\n\nWhat the authors of some programs expected and learnt.\n\n"
CHARS = 240
MOST = 12
"""Programs that are told of at most."""


def fit_taught(rows: Sequence[LedgerRow], budget: int) -> str:
    """As many programs as fit into `budget` tokens, the most telling ones first, told in their order."""
    heading = HEADING if any(row.deltas for row in rows) else BIT_HEADING
    left, known = budget - count(heading), {row.id: row for row in rows}
    texts: dict[str, str] = {}
    for row in by_importance(rows):
        text = _told(row, known)
        if not text:
            continue
        left -= count(text)
        if left < 0 or len(texts) == MOST:
            break
        texts[row.id] = text
    return heading + "".join(texts[row.id] for row in rows if row.id in texts) + "\n" if texts else ""


def came(row: LedgerRow) -> str:
    """On which tasks a program was up, down, or neither beyond one standard error."""
    told = []
    for word, which in (("up", 1), ("down", -1), ("neither", 0)):
        tasks = [f"{task} {delta:+.3f}" for task, delta in row.deltas.items() if sign(row, task) == which]
        if tasks:
            told.append(f"{word} on {', '.join(tasks)}")
    return "; ".join(told)


def _told(row: LedgerRow, known: dict[str, LedgerRow]) -> str:
    told = {
        "expected": cut(row.expected, CHARS),
        "came": came(row),
        "turned its parent's sign": ", ".join(flips(row, known)),
        "lesson on what came before": cut(row.lesson, CHARS),
    }
    if not (row.expected or row.lesson or row.notes):
        return ""
    lines = [f"  {word}: {text}\n" for word, text in told.items() if text]
    return f"{row.id} {row.name}\n" + "".join(lines) + "".join(f"  note: {note}\n" for note in row.notes)
