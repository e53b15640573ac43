"""A model as the author: ask, read, say what was wrong, ask again, up to a limit."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from archive import UsageRecord
from harness.programs.view import ProgramView
from harness.proposers.answer import UnreadableAnswer
from harness.proposers.asking import Asker, NoAnswer
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.faults import PromptTooLong
from harness.proposers.modes import Assignment, assignment
from harness.proposers.patience import ServerFailed, told
from harness.proposers.prompt import PromptWriter
from harness.proposers.protocol import Briefing, NoProgram, Proposal
from harness.proposers.reading import read_proposal
from harness.proposers.verdicts import AnswerVerdict
from harness.settings.proposer import ProposerSettings

Screen = Callable[[str, Briefing], str | None]
"""Why the loop will turn a source down before it runs it, in one sentence; None where it will not."""

Nearest = Callable[[str, Briefing], ProgramView | None]
"""An earlier program whose code is so similar that the new one may not be new; None where there is none."""


@dataclass(frozen=True)
class Novelty:
    """How similar code is told, and whether a model has the last word."""

    nearest: Nearest
    judged: bool = False


class LLMProposer:
    """Writes programs by asking models. `choose` names the model for a briefing."""

    name = "llm"

    def __init__(
        self,
        asker: Asker,
        writer: PromptWriter,
        settings: ProposerSettings,
        *,
        choose: Callable[[Briefing], str],
        screen: Screen = lambda source, briefing: None,
        novelty: Novelty | None = None,
        in_flight: int = 1,
    ) -> None:
        self._asker = asker
        self._writer = writer
        self._settings = settings
        self._choose = choose
        self._screen = screen
        self._novelty = novelty
        self._in_flight = in_flight

    def propose(self, briefing: Briefing) -> Proposal:
        """Raises CapReached before a call that could pass a cap, JobError where a server cannot be used at all.

        Where answers kept breaking off the proposal is a failure with the verdict `interrupted`.
        """
        model = self._choose(briefing)
        usage: list[UsageRecord] = []
        try:
            proposal = self._proposed(briefing, model, usage)
        except ServerFailed as failed:
            proposal = _nothing(AnswerVerdict.INTERRUPTED, str(failed))
        return replace(proposal, usage=tuple(usage), model=model)

    def _proposed(self, briefing: Briefing, model: str, usage: list[UsageRecord]) -> Proposal:
        notes = self._notes(briefing, model, usage)
        assigned = assignment(briefing, self._settings)
        proposal = _nothing(AnswerVerdict.EMPTY, AnswerVerdict.EMPTY.sentence)
        correction = ""
        for attempt in range(self._settings.attempts):
            try:
                exchange = self._ask(briefing, f"answer/{attempt}", model, assigned, notes, correction)
            except NoAnswer:
                if attempt == 0:
                    raise
                break  # a changed evaluator turned down what the recorded run went on with
            proposal, objection = self._judged(exchange, briefing, assigned, model, attempt, usage)
            if objection is None:
                break
            correction = objection
        return proposal

    def _ask(
        self, briefing: Briefing, step: str, model: str, assigned: Assignment, notes: str, correction: str
    ) -> Exchange:
        """The answer to a prompt, which is written anew with less memory while it is too long for the model."""
        while True:
            writer = self._writer
            prompt = self._prompt(writer, briefing, assigned, notes, correction)
            try:
                return self._asker.ask(briefing.number, step, model, prompt)
            except PromptTooLong as too_long:
                shorter = writer.shorter(prompt)
                if self._prompt(shorter, briefing, assigned, notes, correction) == prompt:
                    raise
                told.warning("%s Going on with prompts of at most %d tokens.", too_long, shorter.budget)
                self._writer = min(self._writer, shorter, key=lambda each: each.budget)

    def prompt(self, briefing: Briefing) -> Prompt:
        """The first prompt for a briefing, for those who want to see it; asks nothing."""
        return self._prompt(
            self._writer, briefing, assignment(briefing, self._settings), self._last_notes(briefing), ""
        )

    def _prompt(
        self, writer: PromptWriter, briefing: Briefing, assigned: Assignment, notes: str, correction: str
    ) -> Prompt:
        if not self._settings.memory:
            return writer.blind(briefing.number)
        return writer.proposal(briefing, assigned, notes=notes, correction=correction)

    def _judged(
        self,
        exchange: Exchange,
        briefing: Briefing,
        assigned: Assignment,
        model: str,
        attempt: int,
        usage: list[UsageRecord],
    ) -> tuple[Proposal, str | None]:
        """What to propose if this was the last attempt, and what to say if it was not."""
        usage.append(exchange.usage)
        try:
            proposal = read_proposal(exchange, briefing, assigned)
        except UnreadableAnswer as unreadable:
            usage[-1] = replace(exchange.usage, verdict=unreadable.verdict.value)
            return _nothing(unreadable.verdict, str(unreadable)), str(unreadable)
        objection = self._screen(proposal.source, briefing)
        if objection is not None:
            usage[-1] = replace(exchange.usage, verdict=AnswerVerdict.UNUSABLE.value)
            return proposal, objection
        objection = self._too_similar(proposal.source, briefing, model, attempt, usage)
        if objection is not None:
            failure = NoProgram(AnswerVerdict.TOO_SIMILAR.value, objection)
            return replace(proposal, failure=failure), objection
        return proposal, None

    def _too_similar(
        self, source: str, briefing: Briefing, model: str, attempt: int, usage: list[UsageRecord]
    ) -> str | None:
        known = self._novelty.nearest(source, briefing) if self._novelty else None
        if self._novelty is None or known is None:
            return None
        place = len(usage) - 1
        verdict = ""
        if self._novelty.judged:
            judgment = self._asker.ask(
                briefing.number, f"judge/{attempt}", model, self._writer.judge(briefing, known, source)
            )
            usage.append(judgment.usage)
            if not judgment.text.strip().upper().startswith("NOT_NOVEL"):
                return None
            verdict = " " + judgment.text.strip()[len("NOT_NOVEL") :].strip(" .:,-\n")[:300]
        usage[place] = replace(usage[place], verdict=AnswerVerdict.TOO_SIMILAR.value)
        return f"The program is too similar to {known.id} ({known.name}).{verdict}".rstrip()

    def _notes(self, briefing: Briefing, model: str, usage: list[UsageRecord]) -> str:
        """Notes on what was learnt, written anew every so many programs."""
        every = self._settings.notes_every
        if not every or not self._settings.memory:
            return ""
        last = self._last_notes(briefing)
        if briefing.number % every or not briefing.ledger:
            return last
        exchange = self._asker.ask(briefing.number, "notes", model, self._writer.notes(briefing, last))
        usage.append(exchange.usage)
        return exchange.text if exchange.verdict is AnswerVerdict.OK else last

    def _last_notes(self, briefing: Briefing) -> str:
        """The newest notes that were there before any program now in flight was begun."""
        every = self._settings.notes_every
        if not every or not self._settings.memory:
            return ""
        settled = briefing.number - self._in_flight
        for number in range(settled - settled % every, 0, -every):
            exchange = self._asker.recall(number, "notes")
            if exchange is not None and exchange.verdict is AnswerVerdict.OK:
                return exchange.text
        return ""


def _nothing(verdict: AnswerVerdict, sentence: str) -> Proposal:
    return Proposal(source="", name="NoProgram", failure=NoProgram(verdict.value, sentence))
