"""What an author may hear of earlier programs: every figure, or one bit of each, whether it was admitted.

Source of the bit: Bertran, Roth and Wu, arXiv:2606.11045, 2026, where an agent hears of each model only whether it
improves on the best so far.
"""

from dataclasses import replace

from harness.policies.candidate import Candidate
from harness.programs.view import LedgerRow, ProgramView

BIT = {
    "admitted": "It was admitted; no more is told.",
    "evaluated": "It was not admitted; no more is told.",
}
"""By status. Why a program was rejected is told in full: it was measured against no judgments."""


def row_by_bit(row: LedgerRow) -> LedgerRow:
    """The row without a figure that was measured against judgments; the cost ratio, which is not, stays.

    Costly audits are made of programs that are kept or reach the frontier, so what they found is told of admitted
    programs alone: of others, that they were made would tell more than the bit.
    """
    admitted = row.status == "admitted"
    return replace(
        row,
        reason=BIT.get(row.status, row.reason),
        mean_delta=None,
        worth=None,
        wins=0,
        ties=0,
        losses=0,
        deltas={},
        errors={},
        gain=None,
        flags=row.flags if admitted else (),
        untested=row.untested if admitted else (),
    )


def view_by_bit(view: ProgramView) -> ProgramView:
    """The program without such a figure."""
    return replace(view, mean_delta=None, worth=None)


def candidate_by_bit(candidate: Candidate, status: str) -> Candidate:
    """What a policy may choose parents by: even which programs are shown must tell no more than the bits."""
    return replace(candidate, worth=float(status == "admitted"))
