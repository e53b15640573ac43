"""Proposals in flight: k are being written while programs are evaluated.

Program n is briefed on the first n - k programs, whatever happens when, and programs are recorded by number. So a run
with k in flight can be resumed and replayed like one with a single proposal; k = 1 is the paper's loop.
"""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from harness.proposers.protocol import Briefing, Proposal, Proposer


class Pipeline:
    """Starts proposals when their briefing can be made, and hands them out by number. Close it at the end."""

    def __init__(self, proposer: Proposer, in_flight: int, *, seeds: int, last: int) -> None:
        self._proposer = proposer
        self._in_flight = in_flight
        self._seeds = seeds
        self._last = last
        self._waiting: dict[int, Future[Proposal] | Briefing] = {}
        self._pool = ThreadPoolExecutor(in_flight, thread_name_prefix="proposal") if in_flight > 1 else None

    def due(self, recorded: int) -> Iterable[int]:
        """Numbers of the programs that are to be briefed on exactly the first `recorded` ones."""
        if recorded < self._seeds:
            return range(0)
        first = recorded + (1 if recorded == self._seeds else self._in_flight)
        return range(first, min(recorded + self._in_flight, self._last) + 1)

    def start(self, number: int, briefing: Briefing) -> None:
        """Begin a proposal; with one in flight it is written when it is taken."""
        self._waiting[number] = briefing if self._pool is None else self._pool.submit(self._proposer.propose, briefing)

    def take(self, number: int) -> Proposal:
        """The proposal of this number, waiting for it if need be. Raises what its proposer raised."""
        waiting = self._waiting.pop(number)
        return self._proposer.propose(waiting) if isinstance(waiting, Briefing) else waiting.result()

    def close(self) -> None:
        """Wait for answers in flight, which are paid for and recorded, and begin no more."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
