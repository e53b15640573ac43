"""What passes between the loop and whoever writes programs."""

from dataclasses import dataclass
from typing import Protocol

from archive import UsageRecord
from harness.programs.view import LedgerRow, ProgramView, TaskRoom


@dataclass(frozen=True)
class Briefing:
    """All that a proposer is told. No held-out or validation number is ever part of it."""

    run_id: str
    seed: int
    number: int
    """The number the next program will have in its run."""
    objective: str
    """`compute` or `transfer`."""
    parents: tuple[ProgramView, ...]
    """Chosen by the selection policy, best first; may be empty."""
    frontier: tuple[ProgramView, ...]
    ledger: tuple[LedgerRow, ...]
    """Oldest first."""
    allow_primitives: bool = True
    programs: tuple[ProgramView, ...] = ()
    """All programs of the ledger with their sources, in its order: what an answer may edit and import from by name."""
    settled: tuple[ProgramView, ...] = ()
    """The frontier as it was a while ago, in the order of programs: it stays the same for several briefings."""
    n_settled: int = 0
    """So many programs there were then."""
    rooms: tuple[TaskRoom, ...] = ()
    """Of the searched tasks; empty where an author hears no figure."""
    surroundings: str = ""
    """The encoder and the shapes of the tasks, in words; the same for a whole run."""
    examples: str = ""
    """Queries that the parents rank badly, in words; empty unless the settings ask for them."""
    looks: tuple[str, ...] = ()
    """Trials made for the programs of the ledger, a line each, oldest first."""


@dataclass(frozen=True)
class NoProgram:
    """Why a generation has no program worth running, after all attempts."""

    code: str
    """An `AnswerVerdict`."""
    sentence: str


@dataclass(frozen=True)
class Proposal:
    """A program to try, and what its author says about it.

    Where `failure` is set the program is not run; its source may be empty.
    """

    source: str
    name: str
    parents: tuple[str, ...] = ()
    novelty_claim: str = ""
    expected_effect: str = ""
    lesson: str = ""
    """What the author learnt from the previous result; recorded with this program."""
    mode: str = "full"
    """`full`, `diff`, `crossover` or, for recombination, `mutation`."""
    usage: tuple[UsageRecord, ...] = ()
    model: str = ""
    failure: NoProgram | None = None
    notes: tuple[str, ...] = ()
    """What else is to be recorded of how it came about, a sentence each."""
    distinct: bool = False
    """Whether its author knows that a program must differ from every earlier one in more than constants."""
    trial: int | None = None
    """The part of the queries on which its author wants to look before a generation is spent; None: on none."""


class Repairer(Protocol):
    """A proposer that may change a program which failed when it was run, before its generation is spent."""

    def repair(self, briefing: Briefing, proposal: Proposal, failure: NoProgram, attempt: int) -> Proposal:
        """The proposal with another source, or with the same where there is none to try.

        `briefing` is the one that it was proposed for, `failure` the verdict of its run, `attempt` counts from 0.
        """


class Proposer(Protocol):
    """Writes one program for one briefing."""

    name: str

    def propose(self, briefing: Briefing) -> Proposal:
        """Answer a briefing; the same briefing and settings give the same answer where the author is deterministic."""
