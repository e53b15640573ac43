"""The discovery loop: propose, try, judge, record, repeat.

Up to `executor.programs` programs are tried at a time, whatever ends first; they are judged and recorded in the order
of their numbers, so the archive is that of a run that tries one at a time.

The archive is the only state. Every step reads what it needs from `History`, which is built from recorded rows alone,
so a resumed run goes on exactly as the unbroken one would have.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from archive import Archive
from harness.errors import HarnessError, JobError
from harness.evaluation.watcher import Watcher
from harness.evaluation.workbench import Workbench
from harness.programs.inline import inline_primitives
from harness.proposers.group import end_all
from harness.proposers.patience import WaitEnded
from harness.proposers.protocol import Proposal, Proposer
from harness.proposers.spending import CapReached, Spending
from harness.proposers.verdicts import AnswerVerdict
from harness.search.bill import Bill
from harness.search.briefing import make_briefing
from harness.search.history import History, Known
from harness.search.in_flight import InFlight
from harness.search.judge import Tried, judge, try_proposal
from harness.search.pipeline import Pipeline
from harness.search.recording import known_from_record
from harness.search.shelf import Shelf
from harness.settings import ArchiveSettings, Settings
from harness.text import counted
from harness.tracking.told import Tracking
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
        bill: Bill,
        watcher: Watcher,
        tracker: Tracking,
        shelf: Shelf | None = None,
    ) -> None:
        self._settings = settings
        self._archive = archive
        self._run_id = run_id
        self._history = history
        self._bench = bench
        self._spending = spending
        self._bill = bill
        self._watcher = watcher
        self._tracker = tracker
        self._shelf = shelf
        self._last = len(programs.SEEDS) + settings.search.generations
        affordable = self._last if settings.caps.programs is None else len(programs.SEEDS) + settings.caps.programs
        programs_at_once = settings.executor.programs
        self._at_once = programs_at_once if isinstance(programs_at_once, int) else bench.executor.workers
        self._pipeline = Pipeline(
            proposer,
            settings.search.in_flight,
            seeds=len(programs.SEEDS),
            last=min(self._last, affordable),
            threaded=self._at_once > 1,
        )
        self._trials: InFlight[Tried] = InFlight(self._at_once if self._at_once > 1 else 0, "program")

    def run(self, recorded: Sequence[Known], stopping: Callable[[], bool] = lambda: False) -> bool:
        """Record what is missing beyond the `recorded` programs; True when complete, False when asked to stop.

        `stopping` is asked between programs, and by the proposer while it waits for a server.
        Raises CapReached before a cap of the settings is passed.
        """
        at_once = False
        try:
            self._remember(recorded)
            while len(self._history) < self._last:
                if stopping():
                    return False
                self._step()
            return True
        except WaitEnded as waited:
            _log.info("%s", waited)
            return False
        except HarnessError as error:
            if isinstance(error, JobError) and self._spending.refused:
                raise CapReached(self._spending.refused) from error
            option = ArchiveSettings(str(self._archive.path)).option
            self._watcher.noted(f"Run {self._run_id} is kept; it goes on with: ttc resume {self._run_id}{option}")
            raise
        except KeyboardInterrupt:
            at_once = True
            end_all()  # commands on other threads, whose answers would be waited for
            raise
        finally:
            self._trials.close(wait=False)  # they end with the sandbox
            self._pipeline.close(wait=not at_once)
            self._bill.record(len(self._history) + 1)

    def _remember(self, recorded: Sequence[Known]) -> None:
        """Learn what was recorded, and begin the proposals that were in flight as they were begun the first time."""
        for known in recorded:
            self._history.add(known)
            self._start_due(len(self._history), len(recorded))

    def _step(self) -> None:
        """Judge and record the next program, and begin as many after it as there is room for."""
        number = len(self._history) + 1
        self._begin(number)
        tried, began = self._trials.take(number), time.monotonic()
        self._refuse_unanswered(tried)
        events: list[tuple[str, str]] = []
        record = judge(tried, self._history, self._bench, on_event=lambda *event: events.append(event))
        program_id = self._archive.record_program(self._run_id, record, events)
        self._bill.record(number)
        took = time.monotonic() - began
        _log.info("%s is judged and recorded in %.2f s: %s. %s", program_id, took, record.status, record.reason)
        measure, price = self._settings.search.measure, self._history.price
        known = known_from_record(program_id, record, self._bench.hidden, measure, price)
        self._history.add(known)
        self._pipeline.forget(number)
        if self._shelf is not None:
            self._shelf.add(program_id)
        self._start_due(len(self._history), len(self._history))
        best, front = self._history.best_worth, len(self._history.frontier())
        self._watcher.program_recorded(known.row, known.verdict, best, front)
        self._tracker.record(known.row, best, front, self._spending.spent.dollars)

    def _refuse_unanswered(self, tried: Tried) -> None:
        """Raise JobError, and record nothing, where the server failed too many generations in a row, or the last one.

        The run can then be resumed with this generation, which has cost it nothing but time.
        """
        failure = tried.proposal.failure
        if failure is None or failure.code != AnswerVerdict.INTERRUPTED:
            return
        in_a_row = 1 + self._history.last_in_a_row(AnswerVerdict.INTERRUPTED)
        last = tried.generation == self._settings.search.generations
        if last or in_a_row >= self._settings.proposer.give_up_after:
            raise JobError(
                f"{counted(in_a_row, 'generation')} in a row had no answer from the model's server; the run is kept, "
                f"resume it when the server is well (proposer.give_up_after): {failure.sentence}"
            )

    def _begin(self, number: int) -> None:
        """Begin this program and those after it whose proposals are under way, up to `executor.programs` in all.

        Raises CapReached only for the program whose turn it is: what was begun before is recorded first.
        """
        for each in range(number, min(number + self._at_once, self._last + 1)):
            if each in self._trials:
                continue
            try:
                self._check_caps(each)
            except CapReached:
                if each == number:
                    raise
                return
            if each > len(programs.SEEDS) and each not in self._pipeline:
                return
            self._trials.begin(each, partial(self._try, each))

    def _check_caps(self, number: int) -> None:
        if number <= len(programs.SEEDS):
            self._spending.before_seed()
        else:
            self._spending.before_program(number - len(programs.SEEDS) - 1)

    def _try(self, number: int) -> Tried:
        with self._spending.program():
            began = time.monotonic()
            proposal, generation = self._propose(number)
            _log.info("generation %d: %s is written in %.2f s", generation, proposal.name, time.monotonic() - began)
            self._watcher.program_started(generation, proposal.name)
            return self._run_repaired(number, proposal, generation)

    def _run_repaired(self, number: int, proposal: Proposal, generation: int) -> Tried:
        """Try a proposal; where it fails when it is run, its author may change it so many times.

        Whether that happens depends on the programs that the proposal was briefed on alone, and not on those recorded
        meanwhile, so a resumed run asks what the unbroken one asked.
        """
        run = partial(
            try_proposal,
            generation=generation,
            bench=self._bench,
            history=self._history,
            among=self._pipeline.briefed(number) if self._pipeline.repairs else None,
            on_outcome=self._watcher.outcome,
        )
        tried = run(proposal)
        for attempt in range(self._settings.proposer.repairs if self._pipeline.repairs else 0):
            if (failure := tried.failure) is None or tried.generation == 0:
                break
            repaired = self._pipeline.repair(number, tried.proposal, failure, attempt)
            if repaired.source == tried.proposal.source:
                return replace(tried, proposal=repaired)
            note = f"It was changed after it failed. {failure.sentence}"
            tried = run(replace(repaired, notes=(*repaired.notes, note)))
        return tried

    def _propose(self, number: int) -> tuple[Proposal, int]:
        if number <= len(programs.SEEDS):
            name = programs.SEEDS[number - 1]
            source = programs.source(name)
            if not self._settings.program.primitives:
                source = inline_primitives(source)
            return Proposal(source=source, name=name, mode="seed"), 0
        generation = number - len(programs.SEEDS)
        self._watcher.asked(generation)
        return self._pipeline.take(number), generation

    def _start_due(self, known: int, recorded: int) -> None:
        for number in self._pipeline.due(known):
            if number > recorded:
                self._pipeline.start(number, make_briefing(self._settings, self._run_id, self._history, number))
