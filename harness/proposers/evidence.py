"""A body with evidence: what is settled first, so that providers cache it; then what changes from call to call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.programs.view import ProgramView
from harness.proposers.ledger_text import LedgerForm
from harness.proposers.protocol import Briefing
from harness.proposers.sections import fronts_by_kind, operations_tried, side_by_side
from harness.proposers.table import fit_table
from harness.proposers.taught import fit_taught
from harness.proposers.tokens import count
from harness.proposers.written import program_text, section

MOST_LOOKS = 30
"""Newest trials that a briefing tells."""
SOURCES_SHARE = 0.35
"""Of what the prefix leaves of the budget, what the settled sources take at most; the same for every call of a run."""
TABLE_SHARE = 0.3
"""The same for the ledger."""


@dataclass(frozen=True)
class Evidence:
    """The parts of a body."""

    settled: str
    """Sources and the older rows of the ledger: with these begin the next bodies too, most of the time."""
    changing: str


def gather(
    briefing: Briefing, parents: Sequence[ProgramView], fixed: Mapping[str, str], budget: int, form: LedgerForm
) -> Evidence:
    """Everything but the turn itself, within `budget` tokens less those of the `fixed` texts.

    Parents come first, then what is settled; what programs taught takes what is left.
    """
    before = {view.id for view in briefing.settled}
    left = budget - sum(map(count, fixed.values()))
    sources = _sources(briefing.settled, int(min(budget * SOURCES_SHARE, left / 2)))
    shown = {id_ for id_ in before if f"## {id_} " in sources}
    compared = side_by_side(parents, briefing.ledger, briefing.rooms)
    texts = "".join(_parent(view, shown) for view in parents)
    told = section("Parents", compared + texts)
    left -= count(sources) + count(told)
    ledger = fit_table(briefing.ledger, max(0, min(int(budget * TABLE_SHARE), left)), form, briefing.n_settled)
    left -= count(ledger.settled) + count(ledger.newest)
    named = {view.id for view in parents} | shown
    parts = []
    for text in (
        fronts_by_kind(briefing.ledger),
        operations_tried(briefing.ledger),
        briefing.examples,
        section("Trials", "\n".join(briefing.looks[-MOST_LOOKS:])),
        _newer(briefing, named, left // 2),
    ):
        if count(text) <= left:
            parts.append(text)
            left -= count(text)
    taught = fit_taught(briefing.ledger, left)
    others = fixed.get("notes", "") + fixed.get("ideas", "")
    return Evidence(sources + ledger.settled, ledger.newest + taught + "".join(parts) + others + told)


def _sources(views: Sequence[ProgramView], budget: int) -> str:
    """Sources in the order of programs, the best of them, or the newest, while the budget lasts."""
    texts: dict[str, str] = {}
    for view in sorted(views, key=lambda view: view.worth or 0.0, reverse=True):
        text = program_text(view)
        if (cost := count(text)) <= budget:
            texts[view.id] = text
            budget -= cost
    return section("Sources", "".join(texts[view.id] for view in views if view.id in texts))


def _newer(briefing: Briefing, shown: set[str], budget: int) -> str:
    newer = [view for view in briefing.frontier if view.id not in shown]
    return section("Frontier", _sources(newer, budget).removeprefix("# Sources\n\n")) if newer else ""


def _parent(view: ProgramView, shown: set[str]) -> str:
    if view.id in shown:
        return f"## {view.id} {view.name}\n\nIts source stands above.\n\n"
    return program_text(view)
