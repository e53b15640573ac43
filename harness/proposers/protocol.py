"""What passes between the loop and whoever writes programs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from archive import UsageRecord


@dataclass(frozen=True)
class ProgramView:
    """An archived program as a proposer may see it: discovery numbers only."""

    id: str
    name: str
    source: str
    mean_delta: float | None
    cost_ratio: float | None


@dataclass(frozen=True)
class LedgerRow:
    """One earlier program: what it tried and what came of it."""

    id: str
    name: str
    parents: tuple[str, ...]
    status: str
    """`admitted`, `evaluated` or `rejected`."""
    reason: str
    """Why it was not admitted, or the verdict's sentence."""
    novelty_claim: str
    lesson: str
    mean_delta: float | None
    cost_ratio: float | None
    wins: int
    ties: int
    losses: int
    deltas: Mapping[str, float] = field(default_factory=dict)
    """Task name to delta nDCG@10; empty when a task failed."""
    model: str = ""
    """The model that wrote it, as the settings name it; empty for seeds and recombination."""
    cost_usd: float | None = None
    """What its calls cost; None where a price or a count is unknown."""


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


class Proposer(Protocol):
    """Writes one program for one briefing."""

    name: str

    def propose(self, briefing: Briefing) -> Proposal:
        """Answer a briefing; the same briefing and settings give the same answer where the author is deterministic."""
