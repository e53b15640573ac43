"""The newest programs without a result, as a prompt tells them: why they failed, and what they change of a parent."""

import difflib
from collections.abc import Sequence

from harness.programs.view import LedgerRow, ProgramView
from harness.proposers.protocol import Briefing
from harness.proposers.tokens import count
from harness.proposers.written import section

MOST = 5
"""Programs that are told."""
LATEST = 50
"""Programs among which they are sought: an old failure has been told often enough."""
MOST_LINES = 40
"""Lines of an edit; a program that changes more than that of its parent is better read as a whole."""


def latest_failures(briefing: Briefing, budget: int) -> str:
    """The section on them, oldest first; edits are shown of the newest, while `budget` tokens last."""
    failed = [row for row in briefing.ledger[-LATEST:] if row.mean_delta is None and row.status == "rejected"][-MOST:]
    views = {view.id: view for view in briefing.programs}
    edits: dict[str, str] = {}
    for row in reversed(failed):
        edit = _edit(row, views)
        if edit and (cost := count(edit)) <= budget:
            edits[row.id] = edit
            budget -= cost
    return section("Latest failures", "\n".join(_told(row, edits.get(row.id, "")) for row in failed))


def _told(row: LedgerRow, edit: str) -> str:
    reason = f"- {row.id} {row.name}: {row.reason}"
    return f"{reason}\n\n```diff\n{edit}```\n" if edit else reason


def _edit(row: LedgerRow, views: dict[str, ProgramView]) -> str:
    """What the program changed of its first parent; empty where it has none, or is quite another program."""
    parent = next((views[one] for one in row.parents if one in views), None)
    if parent is None or row.id not in views or not views[row.id].source:
        return ""
    sources = (_lines(parent), _lines(views[row.id]))
    lines = list(difflib.unified_diff(*sources, parent.id, row.id, n=1, lineterm=""))
    return "".join(f"{line}\n" for line in lines) if len(lines) <= MOST_LINES else ""


def _lines(view: ProgramView) -> Sequence[str]:
    return view.source.strip().splitlines()
