"""An earlier program as others may see it: discovery numbers only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

OVER_BUDGET = "over_budget"
"""The flag of a program that costs more than its search's budget: it has no worth."""


@dataclass(frozen=True)
class ProgramView:
    """An archived program as a proposer may see it: discovery numbers only."""

    id: str
    name: str
    source: str
    mean_delta: float | None
    cost_ratio: float | None
    """On the axis that the search counts cost in, by default texts."""
    worth: float | None = None
    """What the search maximises; None without a result, below the floor, or beyond the budget."""
    over_budget: bool = False


@dataclass(frozen=True)
class Gain:
    """What a program gained over its first parent that has a result, on the same queries."""

    parent: str
    value: float
    low: float | None
    """Bounds of the 95 % interval; None where the sample is too small to tell."""
    high: float | None
    sample: str
    """What the interval is over, for people: `14 tasks`."""


@dataclass(frozen=True)
class TaskRoom:
    """How much better than the cosine a task could be ranked, as far as anybody has shown."""

    task: str
    cosine: float
    """Mean over the searched queries."""
    oracle: float
    """The mean over the same queries of the best that any program so far reached on each: no program reaches it."""


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
    """On the axis that the search counts cost in, by default texts."""
    wins: int
    ties: int
    losses: int
    deltas: Mapping[str, float] = field(default_factory=dict)
    """Task name to delta; empty when a task failed."""
    model: str = ""
    """The model that wrote it, as the settings name it; empty for seeds and recombination."""
    cost_usd: float | None = None
    """What its calls cost; None where a price or a count is unknown."""
    worth: float | None = None
    """What the search maximises, by default the mean delta; None without a result, or where that counts for nothing."""
    notes: tuple[str, ...] = ()
    """What else was seen of it, a sentence each."""
    expected: str = ""
    """What its author said that it should help or hurt."""
    errors: Mapping[str, float] = field(default_factory=dict)
    """Task name to the standard error of its delta over the queries."""
    gain: Gain | None = None
    flags: tuple[str, ...] = ()
    """What audits found that does not reject a program."""
    untested: tuple[str, ...] = ()
    """Audits that were not made, a phrase each."""
    operations: tuple[str, ...] = ()
    """Classical operations by the primitives that it calls."""
    index_share: float | None = None
    """Of the texts that it asked for, the share that its index asked for; None where it asked for none."""

    @property
    def over_budget(self) -> bool:
        """Whether it costs more than its search's budget."""
        return OVER_BUDGET in self.flags
