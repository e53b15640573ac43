"""A function as the author: it gets a briefing and answers with a program."""

from collections.abc import Callable
from dataclasses import dataclass

from archive import UsageRecord
from harness.errors import JobError
from harness.proposers.answers.answer import UnreadableAnswer
from harness.proposers.exchange import Exchange
from harness.proposers.modes import Assignment
from harness.proposers.protocol import Briefing, NoProgram, Proposal
from harness.proposers.answers.reading import read_proposal
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
            return read_text(answer, briefing, Assignment("full"), f"Program{briefing.number}")
        except UnreadableAnswer as unreadable:
            failure = NoProgram(unreadable.verdict.value, str(unreadable))
            return Proposal(source="", name="NoProgram", failure=failure)


def read_text(text: str, briefing: Briefing, assignment: Assignment, name: str) -> Proposal:
    """The proposal in an answer, or in a bare Python file that is called `name`.

    Raises UnreadableAnswer with a sentence for people.
    """
    if "```" not in text and "def rerank" in text:
        return Proposal(source=text, name=name)
    exchange = Exchange(text, AnswerVerdict.OK, "", UsageRecord(provider="", model=""))
    return read_proposal(exchange, briefing, assignment)
