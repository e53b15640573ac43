"""Proposals in flight: k are being written while programs are evaluated.

Program n is briefed on the first n - k programs, whatever happens when, and programs are recorded by number. So a run
with k in flight can be resumed and replayed like one with a single proposal; k = 1 is the paper's loop.
"""

from collections.abc import Iterable
from functools import partial

from harness.proposers.protocol import Briefing, Proposal, Proposer
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
        self._waiting.begin(number, partial(self._proposer.propose, briefing))

    def take(self, number: int) -> Proposal:
        """The proposal of this number, waiting for it if need be. Raises what its proposer raised."""
        return self._waiting.take(number)

    def close(self, *, wait: bool = True) -> None:
        """Begin no more, and wait for answers in flight, which are paid for and recorded, unless told not to."""
        self._waiting.close(wait=wait)
