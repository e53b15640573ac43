"""A model as the author: ask, read, say what was wrong, ask again, up to a limit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from archive import UsageRecord
from harness.programs.view import ProgramView
from harness.proposers.answers.answer import UnreadableAnswer
from harness.proposers.answers.reading import DRAFT, read_proposal
from harness.proposers.answers.thinking import drop_thinking
from harness.proposers.asking import Asker, NoAnswer
from harness.proposers.correcting import Objection, correction, failure_told, trial_told
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.faults import PromptTooLong
from harness.proposers.judgment import read_judgment
from harness.proposers.modes import Assignment, assignment
from harness.proposers.patience import ServerFailed, told
from harness.proposers.prompt import PromptWriter
from harness.proposers.protocol import Briefing, NoProgram, Proposal
from harness.proposers.verdicts import AnswerVerdict
from harness.settings.proposer import ProposerSettings

Screen = Callable[[str, Briefing], str | None]
"""Why the loop will turn a source down before it runs it, in one sentence; None where it will not."""

Nearest = Callable[[str, Briefing], ProgramView | None]
"""An earlier program whose code is so similar that the new one may not be new; None where there is none."""


Look = Callable[[Proposal, Briefing], str]
"""What a proposal gains on the part of the queries that it asks for, in words."""


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
        look: Look | None = None,
        in_flight: int = 1,
    ) -> None:
        self._asker = asker
        self._writer = writer
        self._settings = settings
        self._choose = choose
        self._screen = screen
        self._novelty = novelty
        self._look = look
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
        objections: list[Objection] = []
        for attempt in range(self._settings.attempts):
            write = partial(self._prompt, briefing, assigned, notes, objections)
            try:
                exchange = self._ask(briefing.number, f"answer/{attempt}", model, write)
            except NoAnswer:
                if attempt == 0:
                    raise
                break  # a changed evaluator turned down what the recorded run went on with
            proposal, objection = self._judged(exchange, briefing, assigned, model, attempt, usage)
            if objection is None:
                return self._looked_at(proposal, briefing, assigned, notes, model, usage)
            objections.append(objection)
        return proposal

    def _looked_at(
        self,
        proposal: Proposal,
        briefing: Briefing,
        assigned: Assignment,
        notes: str,
        model: str,
        usage: list[UsageRecord],
    ) -> Proposal:
        """What its author makes of a proposal after the trials that it asks for; itself where it asks for none."""
        trials = self._settings.trials if self._settings.memory else 0  # the control hears of no figure
        for trial in range(trials):
            if proposal.trial is None or self._look is None:
                break
            looked = trial_told(self._look(proposal, briefing), proposal.source, trial, trials)

            def write(writer: PromptWriter, looked: str = looked) -> Prompt:
                return writer.proposal(briefing, assigned, notes=notes, looked=looked)

            try:
                exchange = self._ask(briefing.number, f"trial/{trial}", model, write)
            except (NoAnswer, ServerFailed):
                break
            changed, verdict = self._read_change(exchange, briefing, proposal)
            usage.append(replace(exchange.usage, verdict=verdict.value))
            if changed is None:
                break
            proposal = replace(_changed(proposal, changed), name=changed.name, trial=changed.trial)
        return proposal

    def _read_change(
        self, exchange: Exchange, briefing: Briefing, draft: Proposal
    ) -> tuple[Proposal | None, AnswerVerdict]:
        """An answer that may edit a draft by its lines; None with the verdict where it cannot be used."""
        drafted = Assignment("diff", (ProgramView(DRAFT, draft.name, draft.source, None, None),))
        try:
            changed = read_proposal(exchange, briefing, drafted)
        except UnreadableAnswer as unreadable:
            return None, unreadable.verdict
        if self._screen(changed.source, briefing) is not None:
            return None, AnswerVerdict.UNUSABLE
        return changed, AnswerVerdict.OK

    def _ask(self, number: int, step: str, model: str, write: Callable[[PromptWriter], Prompt]) -> Exchange:
        """The answer to a prompt, which is written anew with less memory while it is too long for the model."""
        while True:
            writer = self._writer
            prompt = write(writer)
            try:
                return self._asker.ask(number, step, model, prompt)
            except PromptTooLong as too_long:
                shorter = writer.shorter(prompt)
                if write(shorter) == prompt:
                    raise
                told.warning("%s Going on with prompts of at most %d tokens.", too_long, shorter.budget)
                self._writer = min(self._writer, shorter, key=lambda each: each.budget)

    def repair(self, briefing: Briefing, proposal: Proposal, failure: NoProgram, attempt: int) -> Proposal:
        """Ask again after a program failed when it was run, with its lines and the error; see `Repairer`.

        `attempt` counts from 0. Its source is as it was where the answer cannot be used, and for the control without
        memory, which is told nothing. Raises as `propose` does.
        """
        usage = _failed_when_run(proposal.usage, failure)
        proposal = replace(proposal, usage=usage)
        if not self._settings.memory:
            return proposal
        sentence = failure_told(failure.sentence, proposal.source, attempt, self._settings.repairs)
        assigned, notes = assignment(briefing, self._settings), self._last_notes(briefing)

        def write(writer: PromptWriter) -> Prompt:
            return writer.proposal(briefing, assigned, notes=notes, correction=sentence)

        try:
            exchange = self._ask(briefing.number, f"repair/{attempt}", proposal.model, write)
        except (NoAnswer, ServerFailed):
            return proposal  # the recorded run did not get so far, or the server is gone
        repaired, verdict = self._read_change(exchange, briefing, proposal)
        usage = (*usage, replace(exchange.usage, verdict=verdict.value))
        if repaired is None:
            return replace(proposal, usage=usage)
        return replace(_changed(proposal, repaired), usage=usage)

    def prompt(self, briefing: Briefing) -> Prompt:
        """The first prompt for a briefing, for those who want to see it; asks nothing."""
        return self._prompt(
            briefing, assignment(briefing, self._settings), self._last_notes(briefing), (), self._writer
        )

    def _prompt(
        self,
        briefing: Briefing,
        assigned: Assignment,
        notes: str,
        objections: Sequence[Objection],
        writer: PromptWriter,
    ) -> Prompt:
        if self._settings.memory:
            sentence = correction(objections, self._settings.attempts)
            return writer.proposal(briefing, assigned, notes=notes, correction=sentence)
        blind = writer.blind(briefing.number)
        if not objections:
            return blind
        # The control is told nothing, but to an equal question a model may give its unusable answer again.
        return replace(blind, body=f"{blind.body.rstrip()} This is attempt {len(objections) + 1} at it.\n")

    def _judged(
        self,
        exchange: Exchange,
        briefing: Briefing,
        assigned: Assignment,
        model: str,
        attempt: int,
        usage: list[UsageRecord],
    ) -> tuple[Proposal, Objection | None]:
        """What to propose if this was the last attempt, and what to say if it was not."""
        usage.append(exchange.usage)
        try:
            proposal = read_proposal(exchange, briefing, assigned)
        except UnreadableAnswer as unreadable:
            usage[-1] = replace(exchange.usage, verdict=unreadable.verdict.value)
            return _nothing(unreadable.verdict, str(unreadable)), Objection(str(unreadable), unreadable.block)
        objection = self._screen(proposal.source, briefing)
        if objection is not None:
            usage[-1] = replace(exchange.usage, verdict=AnswerVerdict.UNUSABLE.value)
            return proposal, Objection(objection, proposal.source)
        objection = self._too_similar(proposal.source, briefing, model, attempt, usage)
        if objection is not None:
            failure = NoProgram(AnswerVerdict.TOO_SIMILAR.value, objection)
            return replace(proposal, failure=failure), Objection(objection, proposal.source)
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
            read = read_judgment(judgment.text) if judgment.verdict is AnswerVerdict.OK else None
            if read is None:
                usage[-1] = replace(judgment.usage, verdict=AnswerVerdict.UNJUDGED.value)
                verdict = f" Whether it is new could not be judged: {AnswerVerdict.UNJUDGED.sentence}"
            elif read.novel:
                return None
            else:
                verdict = f" {read.reason}"
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
        return _noted(exchange) or last

    def _last_notes(self, briefing: Briefing) -> str:
        """The newest notes that were there before any program now in flight was begun."""
        every = self._settings.notes_every
        if not every or not self._settings.memory:
            return ""
        settled = briefing.number - self._in_flight
        for number in range(settled - settled % every, 0, -every):
            exchange = self._asker.recall(number, "notes")
            if exchange is not None and (noted := _noted(exchange)):
                return noted
        return ""


def _changed(proposal: Proposal, later: Proposal) -> Proposal:
    """A proposal with the source of a later answer, and what that says anew."""
    return replace(
        proposal,
        source=later.source,
        parents=tuple(dict.fromkeys((*proposal.parents, *later.parents))),
        novelty_claim=later.novelty_claim or proposal.novelty_claim,
        expected_effect=later.expected_effect or proposal.expected_effect,
        lesson=later.lesson or proposal.lesson,
        notes=(*proposal.notes, *later.notes),
    )


def _nothing(verdict: AnswerVerdict, sentence: str) -> Proposal:
    return Proposal(source="", name="NoProgram", failure=NoProgram(verdict.value, sentence))


def _noted(exchange: Exchange) -> str:
    """The notes in an answer; empty where it has none."""
    return drop_thinking(exchange.text).strip() if exchange.verdict is AnswerVerdict.OK else ""


def _failed_when_run(usage: Sequence[UsageRecord], failure: NoProgram) -> tuple[UsageRecord, ...]:
    """The calls, with how its program ended as the verdict on the last answer that held one."""
    calls = list(usage)
    for at in reversed(range(len(calls))):
        if calls[at].purpose in ("proposal", "repair") and calls[at].verdict == AnswerVerdict.OK.value:
            calls[at] = replace(calls[at], verdict=failure.code)
            break
    return tuple(calls)
