"""An author outside the loop, a person or a coding agent: given a briefing, it answers with a text."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive import Archive, Calls, ProgramRecord
from harness.encoders.fingerprint import require_fingerprint
from harness.errors import UsageError
from harness.evaluation.given import NOTHING_GIVEN, Given
from harness.evaluation.watcher import Watcher
from harness.evaluation.workbench import Workbench, open_workbench
from harness.programs.view import LedgerRow
from harness.proposers.answers.answer import UnreadableAnswer
from harness.proposers.asking import ReplayAsker
from harness.proposers.exchange import Prompt
from harness.proposers.function import read_text
from harness.proposers.llm import LLMProposer
from harness.proposers.load import prompt_writer
from harness.proposers.models import load_client, model_names, split_kind
from harness.proposers.modes import assignment
from harness.proposers.protocol import Briefing, Proposal
from harness.proposers.spending import Spending
from harness.proposers.store import ArchiveStore
from harness.proposers.tokens import count
from harness.published.place import open_archive
from harness.search import trials
from harness.search.bill import Bill, tell_uncounted
from harness.search.briefing import make_briefing
from harness.search.diagnostics import tell_moved, tell_run
from harness.search.feedback import row_by_bit
from harness.search.history import History
from harness.search.judge import consider
from harness.search.recorded import (
    alone,
    begun,
    hidden_of,
    open_history,
    recorded_programs,
    recorded_settings,
    recorded_tasks,
)
from harness.search.recording import known_from_record
from harness.search.report import report
from harness.search.shelf import Shelf, shelf_of
from harness.settings import Settings
from harness.settings.tracking import TrackingSettings
from harness.tracking.load import require_tracker
from harness.tracking.told import Tracking, tracking
from primitives import programs


@dataclass(frozen=True)
class Desk:
    """A run that an outside author writes for: its settings and all it has learnt."""

    archive: Archive
    run_id: str
    settings: Settings
    history: History

    @property
    def number(self) -> int:
        """Of the next program."""
        return len(self.history) + 1

    def briefing(self) -> Briefing:
        return make_briefing(self.settings, self.run_id, self.history, self.number)

    def prompt(self) -> Prompt:
        """What a model would be asked now."""
        store = ArchiveStore(self.archive, self.run_id)
        proposer = LLMProposer(
            ReplayAsker(store, store), prompt_writer(self.settings), self.settings.proposer, choose=lambda briefing: ""
        )
        return proposer.prompt(self.briefing())

    def read(self, text: str, name: str) -> Proposal:
        """The proposal in an answer, or in a bare Python file. Raises UnreadableAnswer with a sentence for people."""
        briefing = self.briefing()
        return read_text(text, briefing, assignment(briefing, self.settings.proposer), name)

    def record(self, proposal: Proposal, bench: Workbench, watcher: Watcher) -> tuple[ProgramRecord, LedgerRow]:
        """Check, evaluate and record a proposal as the loop does: its record, and its row in the ledger."""
        generation = max(1, self.number - len(programs.SEEDS))
        events: list[tuple[str, str]] = []
        watcher.program_started(generation, proposal.name)
        record = consider(
            proposal,
            generation,
            self.history,
            bench,
            on_outcome=watcher.outcome,
            on_event=lambda *event: events.append(event),
        )
        program_id = self.archive.record_program(self.run_id, record, events)
        measure, price = self.settings.search.measure, self.history.price
        known = known_from_record(program_id, record, bench.hidden, measure, price)
        self.history.add(known)
        return record, self.history.ledger[-1]


@dataclass(frozen=True)
class Told:
    """What came of an answer."""

    recorded: bool
    """False where the answer could not be read; then nothing is recorded."""
    report: str
    """In words, for its author."""


@dataclass(frozen=True)
class OpenDesk:
    """A desk with all that evaluating takes."""

    desk: Desk
    bench: Workbench
    watcher: Watcher
    tracker: Tracking
    bill: Bill
    shelves: list[Shelf]
    """Folders that hold all programs; each that is told goes into them."""

    @property
    def number(self) -> int:
        """Of the next program."""
        return self.desk.number

    def ask(self) -> str:
        """The briefing for the next program, as one text."""
        return as_text(self.desk.prompt())

    def keep(self, folder: Path) -> None:
        """Write all that an author may read of the run to a folder, and what is told from now on.

        Raises UsageError where the folder holds something else.
        """
        shelf = Shelf(self.desk.archive, self.desk.run_id, self.desk.settings, folder)
        shelf.fill()
        self.shelves.append(shelf)

    def tell(self, text: str, name: str = "") -> Told:
        """Check, evaluate and record an answer, or a bare Python file that is called `name`."""
        try:
            proposal = self.desk.read(text, name or f"Program{self.number}")
        except UnreadableAnswer as unreadable:
            return Told(False, f"Not recorded. {unreadable}")
        record, row = self.desk.record(proposal, self.bench, self.watcher)
        self.bill.record(self.desk.number - 1)
        for shelf in self.shelves:
            shelf.add(row.id)
        history, calls = self.desk.history, Calls(self.desk.archive, self.desk.run_id)
        self.tracker.record(row, history.best_worth, len(history.frontier()), calls.charged()[0])
        return Told(True, "\n".join([self._report(record, row), *proposal.notes]))

    def _report(self, record: ProgramRecord, row: LedgerRow) -> str:
        seen = tell_run(record.outcomes, self.bench)
        if self.desk.settings.proposer.feedback == "bit":
            return report(row_by_bit(row), seen=seen)
        if row.mean_delta is not None:
            seen += tell_moved(record.source, record.outcomes, self.bench)
        rows = {one.id: one for one in self.desk.history.ledger}
        return report(row, rows.get(row.gain.parent) if row.gain else None, seen)

    def look(self, text: str, part: int, name: str = "") -> Told:
        """Measure an answer on a part of the queries, from 1, or on all of them, 0, and record that as a trial.

        Raises UsageError where there is no such part, or where the author hears no figures.
        """
        trials.require_figures(self.desk.settings)
        try:
            proposal = self.desk.read(text, name or f"Program{self.number}")
        except UnreadableAnswer as unreadable:
            return Told(False, f"Not tried. {unreadable}")
        desk = self.desk
        record = trials.look_at(proposal, part, self.number, desk.archive, desk.run_id, desk.history.ledger, self.bench)
        return Told(record.verdict == "ok", trials.report(record))


@contextmanager
def open_desk(path: str, run: str, given: Given = NOTHING_GIVEN, watcher: Watcher | None = None) -> Iterator[OpenDesk]:
    """The desk of a recorded run. Raises JobError where its encoder or tasks are no longer what they were."""
    watcher = watcher or Watcher()
    with open_archive(path, create=False) as archive, alone(archive, archive.resolve_run(run)):
        desk = read_desk(archive, run)
        tasks = recorded_tasks(desk.settings, archive, desk.run_id, given=given, watcher=watcher)
        hidden = hidden_of(archive, desk.run_id)
        unseen = desk.settings.tasks.unseen
        spending = Spending(desk.settings.caps, ArchiveStore(archive, desk.run_id).charged())
        opened = open_workbench(
            desk.settings, tasks, hidden=hidden, unseen=unseen, given=given, watcher=watcher, account=spending
        )
        with opened as bench:
            require_fingerprint(archive.run(desk.run_id).record.encoder["fingerprint"], bench.encoder.encoder)
            shelf = shelf_of(archive, desk.run_id, desk.settings)
            if shelf is not None:
                shelf.fill()
            bill = Bill(bench.encoder.encoder, archive, desk.run_id)
            tell_uncounted(desk.settings, bench.encoder.encoder, watcher)
            try:
                with _tracked(desk, watcher) as tracker:
                    yield OpenDesk(desk, bench, watcher, tracker, bill, [] if shelf is None else [shelf])
            finally:
                bill.record(desk.number)


@contextmanager
def _tracked(desk: Desk, watcher: Watcher) -> Iterator[Tracking]:
    """The run's tracker, begun with the first program that is told; one that is not installed here is said."""
    settings = desk.settings.tracking
    try:
        require_tracker(settings)
    except UsageError as missing:
        watcher.noted(f"What is told here is not tracked: {missing}")
        settings = TrackingSettings()
    begins = begun(desk.archive, desk.run_id, desk.settings)
    with tracking(settings, begins, watcher.noted, at_once=False) as tracker:
        tracker.ending(desk.archive.run(desk.run_id).status)
        yield tracker


def ask(path: str, run: str, *, requests: bool = False) -> str:
    """The briefing for the next program of a run; with `requests` what would be sent to each of its models."""
    with open_archive(path, read_only=True) as archive:
        desk = read_desk(archive, run)
        prompt = desk.prompt()
    return _requests(desk.settings, prompt) if requests else as_text(prompt)


def as_text(prompt: Prompt) -> str:
    """A prompt as one text."""
    return f"{prompt.prefix.rstrip()}\n\n{prompt.body.strip()}\n"


def _requests(settings: Settings, prompt: Prompt) -> str:
    """Exactly what would be sent, one JSON object for each model, and about how many tokens it has."""
    proposer = settings.proposer
    tokens = f"about {count(prompt.prefix) + count(prompt.body):,} tokens, {count(prompt.prefix):,} of them fixed"
    if not (proposer.model or proposer.models or proposer.command.line):
        return f"{as_text(prompt)}\n({tokens}; this run asks no model)\n"
    parts = []
    for name in model_names(proposer):
        kind, model = split_kind(name, proposer.kind)
        parts.append(json.dumps(load_client(kind, model, proposer).request(prompt), indent=2, ensure_ascii=False))
    return "\n".join([*parts, f"({tokens})\n"])


def read_desk(archive: Archive, run: str) -> Desk:
    """The desk of the run that `run` names."""
    run_id = archive.resolve_run(run)
    settings = recorded_settings(archive, run_id)
    history = open_history(archive, run_id)
    for known in recorded_programs(archive, run_id, hidden_of(archive, run_id)):
        history.add(known)
    return Desk(archive, run_id, settings, history)
