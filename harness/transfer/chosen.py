"""Which program of a run to report: a rule that is fixed before anybody looks at a held-out figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive import Program, RunRecord, pricer
from harness.evaluation.audited import ORDER_AND_ALONE, TRANSDUCTIVE
from harness.programs.view import OVER_BUDGET

RULE = (
    "Of the programs that are not rejected and have a result on every searched task: the one with the highest mean "
    "delta; of equal ones the cheapest, and then the oldest. Inductive is the same among those that were asked query "
    "by query and answered as in a batch."
)
WITHIN = " What costs more than the search's budget is left out."
"""More of the rule, where a search has a budget."""


@dataclass(frozen=True)
class Chosen:
    """What the rule names; None where no program qualifies."""

    best: Program | None
    inductive: Program | None
    """A seed, or a run from before there were audits, has no answer to whether it is."""


def choose(programs: Sequence[Program], run: RunRecord) -> Chosen:
    """Apply the rule to a run's programs. Costs are on the run's own axis."""
    price = pricer(run)

    def rank(program: Program) -> tuple[float, float, int]:
        cost = price(program.record)
        return (-(program.record.mean_delta or 0.0), float("inf") if cost is None else cost, program.number)

    able = sorted((one for one in programs if _has_result(one) and OVER_BUDGET not in one.record.flags), key=rank)
    return Chosen(next(iter(able), None), next(filter(is_inductive, able), None))


def rule_of(run: RunRecord) -> str:
    """The rule, as it is for a run."""
    return RULE + WITHIN if run.objective == "budget" else RULE


def is_inductive(program: Program) -> bool:
    """Whether an audit asked it query by query and found nothing."""
    record = program.record
    return record.audits.get(ORDER_AND_ALONE, 0) > 0 and TRANSDUCTIVE not in record.flags


def _has_result(program: Program) -> bool:
    record = program.record
    return record.verdict == "ok" and record.status != "rejected" and record.mean_delta is not None
