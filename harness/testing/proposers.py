"""What every proposer keeps."""

from dataclasses import replace

from harness.proposers.protocol import Briefing, Proposal, Proposer
from harness.testing.broken import require
from harness.testing.samples import briefing
from primitives import programs
from sandbox import rules

FIRST = len(programs.SEEDS) + 1
"""The number of the first program that a proposer writes; the seeds go before."""


def check_proposer(proposer: Proposer, *, repeatable: bool = True) -> None:
    """Try the contract of `Proposer` on one; `repeatable=False` for an author who cannot be asked twice.

    Raises ContractBroken for the first thing that it does not keep.
    """
    require(isinstance(proposer.name, str) and proposer.name, "A proposer has a name that is not empty.")
    asked = [
        briefing(number, objective=objective)
        for number in (FIRST, FIRST + 9)
        for objective in ("compute", "transfer", "budget")
    ]
    asked += [replace(briefing(FIRST), parents=(), frontier=()), briefing(FIRST, allow_primitives=False)]
    answers = [_checked(proposer.propose(each), each) for each in asked]
    if repeatable:
        again = [proposer.propose(each) for each in reversed(asked)][::-1]
        require(answers == again, "The same briefing gets the same answer, whatever was asked in between.")


def _checked(proposal: Proposal, asked: Briefing) -> Proposal:
    require(isinstance(proposal, Proposal), "propose returns a Proposal.")
    if proposal.failure is not None:
        require(proposal.failure.sentence, "A failure says in one sentence what was the matter.")
        return proposal
    require(proposal.name, "A proposal has a name.")
    known = {row.id for row in asked.ledger}
    require(set(proposal.parents) <= known, "Parents are ids of programs that the ledger of the briefing lists.")
    broken = rules.check(proposal.source, allow_primitives=asked.allow_primitives)
    require(not broken, f"A program breaks no static rule, but: {broken[0].message if broken else ''}")
    return proposal
