"""Which program of a run to report: a rule that is fixed before anybody looks at a held-out figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive import Program, RunRecord, pricer
from harness.evaluation.audit import ORDER_AND_ALONE, TRANSDUCTIVE

RULE = (
    "Of the programs that are not rejected and have a result on every searched task: the one with the highest mean "
    "delta; of equal ones the cheapest, and then the oldest. Inductive is the same among those that were asked query "
    "by query and answered as in a batch."
)


@dataclass(frozen=True)
class Chosen:
    """What the rule names; None where no program qualifies."""

    best: Program | None
    inductive: Program | None
    """A seed, or a run from before there were audits, has no answer to whether it is."""


def choose(programs: Sequence[Program], run: RunRecord) -> Chosen:
    """Apply `RULE` to a run's programs. Costs are on the run's own axis."""
    price = pricer(run)

    def rank(program: Program) -> tuple[float, float, int]:
        cost = price(program.record)
        return (-(program.record.mean_delta or 0.0), float("inf") if cost is None else cost, program.number)

    able = sorted(filter(_has_result, programs), key=rank)
    return Chosen(next(iter(able), None), next(filter(is_inductive, able), None))


def is_inductive(program: Program) -> bool:
    """Whether an audit asked it query by query and found nothing."""
    record = program.record
    return record.audits.get(ORDER_AND_ALONE, 0) > 0 and TRANSDUCTIVE not in record.flags


def _has_result(program: Program) -> bool:
    record = program.record
    return record.verdict == "ok" and record.status != "rejected" and record.mean_delta is not None
