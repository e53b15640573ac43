"""What audits are called, what they found, and how it is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.text import counted
from sandbox import Verdict

DETERMINISM = "determinism"
ORDER_AND_ALONE = "order and alone"
ORDER = "order"
ROUTING = "routing"
QUOTATION = "quotation"

NONDETERMINISTIC = Verdict.NONDETERMINISTIC.value
ORDER_DEPENDENT = Verdict.ORDER_DEPENDENT.value
TRANSDUCTIVE = Verdict.TRANSDUCTIVE.value
QUOTES_TEXTS = "quotes_texts"
ROUTES = "routes"


@dataclass(frozen=True)
class Finding:
    """What an audit found: a flag for the record, the task it was found on and a sentence for the ledger."""

    flag: str
    task: str
    sentence: str


@dataclass(frozen=True)
class Audited:
    """What was found, and which audits were made on how many tasks."""

    findings: tuple[Finding, ...]
    made: Mapping[str, int]
    alone_s: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """By task, the processor seconds that the program took for each query asked alone, its index not counted."""


def audits_line(made: Mapping[str, int], n_tasks: int) -> str:
    """Which audits were made, on how many tasks, and which were not: an audit not made is not passed."""
    known = _known(made)
    done = [f"{name} (on {made[name]} of {counted(n_tasks, 'task')})" for name in known if name in made]
    undone = [name for name in known if name not in made]
    parts = [f"audited: {', '.join(done)}"] if done else []
    return "; ".join([*parts, f"not audited: {', '.join(undone)}"] if undone else parts)


def untested_audits(made: Mapping[str, int], n_tasks: int) -> tuple[str, ...]:
    """Audits that were not made, and those that were made on some of the tasks only, a phrase each.

    That a repetition gives the same scores is asked on one task of every program, and counts as made.
    """
    undone = [name for name in _known(made) if name not in made]
    parts = [
        f"{name} on {n_tasks - made[name]} of {counted(n_tasks, 'task')}"
        for name in _known(made)
        if name != DETERMINISM and 0 < made.get(name, 0) < n_tasks
    ]
    return (*undone, *parts)


def _known(made: Mapping[str, int]) -> tuple[str, ...]:
    return DETERMINISM, ORDER if ORDER in made else ORDER_AND_ALONE, ROUTING, QUOTATION
