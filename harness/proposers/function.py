"""A function as the author: it gets a briefing and answers with a program."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from archive import UsageRecord
from harness.errors import JobError
from harness.proposers.answers.answer import UnreadableAnswer
from harness.proposers.answers.fences import split_blocks
from harness.proposers.answers.fields import has_fields
from harness.proposers.answers.parsing import RERANK, is_program
from harness.proposers.answers.reading import borrowed, read_proposal
from harness.proposers.answers.repair import repair
from harness.proposers.answers.thinking import drop_thinking
from harness.proposers.exchange import Exchange
from harness.proposers.modes import Assignment
from harness.proposers.protocol import Briefing, NoProgram, Proposal
from harness.proposers.verdicts import AnswerVerdict

Author = Callable[[Briefing], "Proposal | str"]
"""Answers a briefing with a proposal, or with text: a bare program, or an answer as a model gives it."""


@dataclass
class FunctionProposer:
    """Asks a function. What it answers is recorded as its own; a text that holds no program is a failed generation."""

    author: Author
    name: str = ""
    """The function's own name unless told otherwise."""

    def __post_init__(self) -> None:
        self.name = self.name or getattr(self.author, "__name__", type(self.author).__name__)

    def propose(self, briefing: Briefing) -> Proposal:
        """See Proposer. Raises JobError for an answer of another type."""
        answer = self.author(briefing)
        if isinstance(answer, Proposal):
            return answer
        if not isinstance(answer, str):
            raise JobError(
                f"The proposer {self.name} answered with {type(answer).__name__}; return a Proposal or the text of a "
                "program."
            )
        try:
            proposal = read_text(answer, briefing, Assignment("full"), f"Program{briefing.number}")
        except UnreadableAnswer as unreadable:
            failure = NoProgram(unreadable.verdict.value, str(unreadable))
            return Proposal(source="", name="NoProgram", failure=failure)
        return replace(proposal, distinct=False)  # a function may well search constants


def read_text(text: str, briefing: Briefing, assignment: Assignment, name: str) -> Proposal:
    """The proposal in an answer, or in a bare Python file that is called `name`.

    A file in which nothing is fenced and no field stands is a program, whatever is wrong with it. Raises
    UnreadableAnswer with a sentence for people.
    """
    bare = drop_thinking(text)
    if is_program(bare) or (RERANK.search(bare) and not _is_answer(bare)):
        return _bare(bare, briefing, name)
    exchange = Exchange(text, AnswerVerdict.OK, "", UsageRecord(provider="", model=""))
    return read_proposal(exchange, briefing, assignment)


def _is_answer(text: str) -> bool:
    prose, blocks = split_blocks(text)
    return bool(blocks) or has_fields(prose)


def _bare(text: str, briefing: Briefing, name: str) -> Proposal:
    source, notes = repair(text)
    source, lenders = borrowed(source, briefing)
    told = tuple(f"In its answer: {note}." for note in notes)
    return Proposal(source=source, name=name, parents=lenders, notes=told, distinct=True)
