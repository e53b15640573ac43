"""Proposals in flight: k are being written while programs are evaluated.

Program n is briefed on the first n - k programs, whatever happens when, and programs are recorded by number. So a run
with k in flight can be resumed and replayed like one with a single proposal; k = 1 is the paper's loop.
"""

from collections.abc import Iterable
from functools import partial
from typing import cast

from harness.proposers.protocol import Briefing, NoProgram, Proposal, Proposer, Repairer
from harness.search.in_flight import InFlight


class Pipeline:
    """Starts proposals when their briefing can be made, and hands them out by number. Close it at the end.

    A single proposal at a time is written when it is taken, unless `threaded`.
    """

    def __init__(self, proposer: Proposer, in_flight: int, *, seeds: int, last: int, threaded: bool = False) -> None:
        self._proposer = proposer
        self._in_flight = in_flight
        self._seeds = seeds
        self._last = last
        self._briefings: dict[int, Briefing] = {}
        self._waiting: InFlight[Proposal] = InFlight(in_flight if threaded or in_flight > 1 else 0, "proposal")

    def __contains__(self, number: int) -> bool:
        """Whether the proposal of this number was started and not taken yet."""
        return number in self._waiting

    def due(self, recorded: int) -> Iterable[int]:
        """Numbers of the programs that are to be briefed on exactly the first `recorded` ones."""
        if recorded < self._seeds:
            return range(0)
        first = recorded + (1 if recorded == self._seeds else self._in_flight)
        return range(first, min(recorded + self._in_flight, self._last) + 1)

    def start(self, number: int, briefing: Briefing) -> None:
        """Begin a proposal."""
        self._briefings[number] = briefing
        self._waiting.begin(number, partial(self._proposer.propose, briefing))

    def take(self, number: int) -> Proposal:
        """The proposal of this number, waiting for it if need be. Raises what its proposer raised."""
        return self._waiting.take(number)

    @property
    def repairs(self) -> bool:
        """Whether the proposer may change a program that failed when it was run."""
        return hasattr(self._proposer, "repair")

    def briefed(self, number: int) -> int | None:
        """How many programs the proposal of this number was briefed on; None for a seed."""
        briefing = self._briefings.get(number)
        return None if briefing is None else len(briefing.ledger)

    def repair(self, number: int, proposal: Proposal, failure: NoProgram, attempt: int) -> Proposal:
        """What the proposer makes of a failed program, on the briefing that it was written for; see Repairer."""
        proposer = cast(Repairer, self._proposer)
        return self._waiting.call(partial(proposer.repair, self._briefings[number], proposal, failure, attempt))

    def forget(self, number: int) -> None:
        """The program of this number is recorded."""
        self._briefings.pop(number, None)

    def close(self, *, wait: bool = True) -> None:
        """Begin no more, and wait for answers in flight, which are paid for and recorded, unless told not to."""
        self._waiting.close(wait=wait)
