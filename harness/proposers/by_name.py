"""The programs that an author may name: by p7, by a whole id, by a name."""

import re
from collections.abc import Sequence

from harness.programs.view import ProgramView
from harness.proposers.protocol import Briefing


def programs_of(briefing: Briefing) -> Sequence[ProgramView]:
    """All programs of the run where the briefing has them, else those that it shows."""
    return briefing.programs or (*briefing.frontier, *briefing.parents)


def find_program(word: str, briefing: Briefing) -> ProgramView | None:
    """The program that a word names, an id before a name, or None; of several of one name it is the newest."""
    views = programs_of(briefing)
    by_id = {view.id: view for view in views}
    found = by_id.get(full_id(word, briefing.run_id))
    if found is not None:
        return found
    named = [view for view in views if view.name == word] or [
        view for view in views if view.name.lower() == word.lower()
    ]
    return named[-1] if named else None


def find_id(word: str, briefing: Briefing) -> str | None:
    """The id of the program that a word names; of one that is in the ledger alone, too."""
    asked = full_id(word, briefing.run_id)
    if any(row.id == asked for row in briefing.ledger):
        return asked
    found = find_program(word, briefing)
    if found is not None:
        return found.id
    return next((row.id for row in reversed(briefing.ledger) if row.name == word), None)


def full_id(word: str, run_id: str) -> str:
    """The id of a program that a prompt calls p7."""
    short = re.fullmatch(r"[pP](\d+)", word)
    return f"{run_id}.{short[1]}" if short else word
