"""What the proposer of a program is told, made from recorded rows alone."""

import random

from harness.policies.candidate import Candidate
from harness.policies.islands import inhabitants
from harness.policies.parents import by_name
from harness.proposers.protocol import Briefing
from harness.search.history import History
from harness.settings import SearchSettings, Settings
from primitives import programs


def make_briefing(settings: Settings, run_id: str, history: History, number: int) -> Briefing:
    """The briefing for program `number` of a run, from what `history` knows; the same history gives the same briefing.

    Raises UsageError for a selection policy that does not exist.
    """
    search = settings.search
    rng = random.Random(f"{search.seed}:{number}:parents")
    pool = _pool(search, history, number)
    parents = by_name(search.selection, search.options)(pool, rng, search.parents)
    return Briefing(
        run_id=run_id,
        seed=search.seed,
        number=number,
        objective=search.objective,
        parents=tuple(history.view(program_id) for program_id in parents),
        frontier=history.frontier(),
        ledger=tuple(history.ledger),
        allow_primitives=settings.program.primitives,
    )


def _pool(search: SearchSettings, history: History, number: int) -> list[Candidate]:
    candidates = history.candidates()
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
