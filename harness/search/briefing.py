"""What the proposer of a program is told, made from recorded rows alone."""

import random

from harness.policies.candidate import Candidate
from harness.policies.islands import inhabitants
from harness.policies.parents import by_name
from harness.proposers.protocol import Briefing
from harness.search.feedback import candidate_by_bit, row_by_bit, view_by_bit
from harness.search.history import History
from harness.search.trials import line
from harness.settings import Settings
from primitives import programs

SETTLED = 10
"""Programs between two changes of the sources that briefings begin with."""


def make_briefing(settings: Settings, run_id: str, history: History, number: int) -> Briefing:
    """The briefing for program `number` of a run, from what `history` knows; the same history gives the same briefing.

    With `proposer.feedback=bit` two histories of the same programs, costs and bits give the same briefing, whatever was
    measured; its frontier is then what was admitted, newest first.
    Raises UsageError for a selection policy that does not exist.
    """
    search = settings.search
    rng = random.Random(f"{search.seed}:{number}:parents")
    pool = _pool(settings, history, number)
    chosen = by_name(search.selection, search.options)(pool, rng, search.parents)
    parents = tuple(history.view(program_id) for program_id in chosen)
    frontier, ledger, views = history.frontier(), tuple(history.ledger), tuple(history.programs)
    settled, rooms = history.frontier_at(_settled(history)), history.rooms.found()
    if settings.proposer.feedback == "bit":
        admitted = (history.view(row.id) for row in reversed(ledger) if row.status == "admitted")
        parents, frontier = tuple(map(view_by_bit, parents)), tuple(map(view_by_bit, admitted))
        early = {row.id for row in ledger[: _settled(history)]}
        settled, rooms = tuple(view for view in reversed(frontier) if view.id in early), ()
        ledger, views = tuple(map(row_by_bit, ledger)), tuple(map(view_by_bit, views))
    return Briefing(
        run_id=run_id,
        seed=search.seed,
        number=number,
        objective=search.objective,
        parents=parents,
        frontier=frontier,
        ledger=ledger,
        allow_primitives=settings.program.primitives,
        programs=views,
        settled=settled,
        n_settled=_settled(history),
        rooms=rooms,
        surroundings=history.surroundings,
        examples=history.examples(chosen),
        looks=tuple(line(look) for look in history.looks() if look.number <= len(ledger)),
    )


def _settled(history: History) -> int:
    """Programs whose frontier briefings show until the next such number is reached."""
    return len(history) // SETTLED * SETTLED


def _pool(settings: Settings, history: History, number: int) -> list[Candidate]:
    search, candidates = settings.search, history.candidates()
    if settings.proposer.feedback == "bit":
        status = {row.id: row.status for row in history.ledger}
        candidates = [candidate_by_bit(candidate, status[candidate.id]) for candidate in candidates]
    if search.islands == 1:
        return candidates
    numbers = {row.id: place for place, row in enumerate(history.ledger, start=1)}
    return inhabitants(
        candidates,
        numbers,
        number,
        islands=search.islands,
        seeds=len(programs.SEEDS),
        every=search.migration,
    )
