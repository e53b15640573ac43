"""The discovery loop: propose, check, evaluate, admit, record, repeat.

The archive is the only state. Every step reads what it needs from `History`, which is built from recorded rows alone,
so a resumed run goes on exactly as the unbroken one would have.
"""

import logging
import time
from collections.abc import Callable, Sequence

from archive import Archive
from harness.evaluation.watcher import Watcher
from harness.evaluation.workbench import Workbench
from harness.programs.inline import inline_primitives
from harness.proposers.protocol import Proposal, Proposer
from harness.proposers.spending import Spending
from harness.search.briefing import make_briefing
from harness.search.history import History, Known
from harness.search.judge import consider
from harness.search.pipeline import Pipeline
from harness.search.recording import known_from_record
from harness.settings import Settings
from primitives import programs

_log = logging.getLogger(__name__)


class Discovery:
    """One run of the loop over an open archive, workbench and proposer. `history` starts empty; the run fills it."""

    def __init__(
        self,
        *,
        settings: Settings,
        archive: Archive,
        run_id: str,
        history: History,
        bench: Workbench,
        proposer: Proposer,
        spending: Spending,
        watcher: Watcher,
    ) -> None:
        self._settings = settings
        self._archive = archive
        self._run_id = run_id
        self._history = history
        self._bench = bench
        self._spending = spending
        self._watcher = watcher
        self._last = len(programs.SEEDS) + settings.search.generations
        affordable = self._last if settings.caps.programs is None else len(programs.SEEDS) + settings.caps.programs
        self._pipeline = Pipeline(
            proposer, settings.search.in_flight, seeds=len(programs.SEEDS), last=min(self._last, affordable)
        )

    def run(self, recorded: Sequence[Known], stopping: Callable[[], bool] = lambda: False) -> bool:
        """Record what is missing beyond the `recorded` programs; True when complete, False when asked to stop.

        `stopping` is asked between programs. Raises CapReached before a cap of the settings is passed.
        """
        try:
            self._remember(recorded)
            while len(self._history) < self._last:
                if stopping():
                    return False
                self._step()
            return True
        finally:
            self._pipeline.close()

    def _remember(self, recorded: Sequence[Known]) -> None:
        """Learn what was recorded, and begin the proposals that were in flight as they were begun the first time."""
        for known in recorded:
            self._history.add(known)
            self._start_due(len(self._history), len(recorded))

    def _step(self) -> None:
        """Take one program from proposal to archive."""
        began = time.monotonic()
        proposal, generation = self._next()
        _log.info("generation %d: %s is written in %.2f s", generation, proposal.name, time.monotonic() - began)
        self._watcher.program_started(generation, proposal.name)
        events: list[tuple[str, str]] = []
        record = consider(
            proposal,
            generation,
            self._history,
            self._bench,
            on_outcome=self._watcher.outcome,
            on_event=lambda *event: events.append(event),
        )
        program_id = self._archive.record_program(self._run_id, record, events)
        _log.info("%s is recorded after %.2f s: %s. %s", program_id, time.monotonic() - began, record.status, record.reason)
        known = known_from_record(program_id, record, self._bench.hidden)
        self._history.add(known)
        self._start_due(len(self._history), len(self._history))
        self._watcher.program_recorded(
            known.row, known.verdict, self._history.best_delta, len(self._history.frontier())
        )

    def _next(self) -> tuple[Proposal, int]:
        number = len(self._history) + 1
        if number <= len(programs.SEEDS):
            self._spending.before_seed()
            name = programs.SEEDS[number - 1]
            source = programs.source(name)
            if not self._settings.program.primitives:
                source = inline_primitives(source)
            return Proposal(source=source, name=name, mode="seed"), 0
        self._spending.before_program(self._history.generations)
        generation = number - len(programs.SEEDS)
        self._watcher.asked(generation)
        return self._pipeline.take(number), generation

    def _start_due(self, known: int, recorded: int) -> None:
        for number in self._pipeline.due(known):
            if number > recorded:
                self._pipeline.start(number, make_briefing(self._settings, self._run_id, self._history, number))
