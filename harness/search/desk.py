"""An author outside the loop, a person or a coding agent: asked in a file, answered in a file."""

from collections.abc import Callable
from dataclasses import dataclass

from archive import Archive
from harness.evaluation.workbench import Workbench
from harness.proposers.answer import UnreadableAnswer
from harness.proposers.asking import ReplayAsker
from harness.proposers.exchange import Prompt
from harness.proposers.function import read_text
from harness.proposers.llm import LLMProposer
from harness.proposers.load import prompt_writer
from harness.proposers.modes import assignment
from harness.proposers.protocol import Briefing, Proposal
from harness.proposers.store import ArchiveStore
from harness.search.briefing import make_briefing
from harness.search.history import History, Known
from harness.search.judge import consider
from harness.search.recording import known_from_record
from harness.search.runs import hidden_of, recorded_programs, recorded_settings
from harness.settings import Settings
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

    def record(self, proposal: Proposal, bench: Workbench) -> Known:
        """Check, evaluate and record a proposal as the loop does."""
        generation = max(1, self.number - len(programs.SEEDS))
        events: list[tuple[str, str]] = []
        record = consider(proposal, generation, self.history, bench, on_event=lambda *event: events.append(event))
        program_id = self.archive.record_program(self.run_id, record, events)
        known = known_from_record(program_id, record, bench.hidden, self.settings.search.measure)
        self.history.add(known)
        return known


def open_desk(archive: Archive, run: str) -> Desk:
    """The desk of the run that `run` names."""
    run_id = archive.resolve_run(run)
    settings = recorded_settings(archive, run_id)
    history = History()
    for known in recorded_programs(archive, run_id, hidden_of(archive, run_id)):
        history.add(known)
    return Desk(archive, run_id, settings, history)


Say = Callable[[str], None]


def answered(desk: Desk, bench: Workbench, text: str, name: str, say: Say) -> bool:
    """Read and record one answer, and say what came of it; False where it could not be read and nothing is recorded."""
    try:
        proposal = desk.read(text, name)
    except UnreadableAnswer as unreadable:
        say(f"Not recorded. {unreadable}")
        return False
    say(report(desk.record(proposal, bench)))
    return True


def report(known: Known) -> str:
    """What came of a program, for its author."""
    row = known.row
    lines = [f"{row.id} {row.name}: {row.status}. {row.reason}"]
    if row.mean_delta is not None and row.cost_ratio is not None:
        lines.append(
            f"delta {row.mean_delta:+.4f}, cost {row.cost_ratio:.2f}, w/t/l {row.wins}/{row.ties}/{row.losses}"
        )
        lines += [f"  {task} {delta:+.4f}" for task, delta in row.deltas.items()]
    return "\n".join(lines)
