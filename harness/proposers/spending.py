"""What a run may spend: dollars, tokens, programs and wall time are caps of one kind, never passed.

A call reserves the most that it could cost before it is made, so calls in flight count, and one that a killed process
left behind counts at its most for good. An encoder's server is paid from the same dollars. Two trade-offs are accepted:
a run may end a little before a cap that it would just have met, and a try that failed before a word of its answer came
counts nothing although a provider may charge it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from harness.errors import EncoderError
from harness.settings.caps import CapSettings


class CapReached(Exception):
    """One sentence: which cap would have been passed, and how to go on. The run ends cleanly and can be resumed."""


@dataclass(frozen=True)
class Amount:
    """What was, or may be, spent."""

    dollars: float = 0.0
    tokens: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.dollars + other.dollars, self.tokens + other.tokens)


NOTHING = Amount()


class Spending:
    """The account of one run. Safe to use from several threads."""

    def __init__(
        self, caps: CapSettings, spent: Amount | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._caps = caps
        self._spent = spent or Amount()
        self._reserved: dict[int, Amount] = {}
        self._tickets = 0
        self._lock = threading.Condition()
        self._clock = clock
        self._started = clock()
        self._longest_program_s = 0.0
        self.refused = ""
        """Why the encoder may spend no more; empty while it may."""

    @property
    def spent(self) -> Amount:
        """Settled calls only."""
        with self._lock:
            return self._spent

    @contextmanager
    def call(self, most: Amount) -> Iterator[Callable[[Amount], None]]:
        """Reserve `most` while the body runs, and hand it a function that settles what was really spent.

        Where calls in flight, at their most, leave too little under a cap, it waits until they are settled. Raises
        CapReached, and calls nothing, where the reservation would pass a cap even then. A body that settles nothing
        has spent nothing.
        """
        ticket = self._reserve(most)
        try:
            yield self._settle
        finally:
            self._release(ticket)

    @contextmanager
    def embedding(self, most: float) -> Iterator[Callable[[float], None]]:
        """See harness.encoders.billing.Account: once refused, always, so that no smaller request hides the cap."""
        if self.refused:
            raise EncoderError(self.refused)
        try:
            ticket = self._reserve(Amount(most))
        except CapReached as cap:
            self.refused = str(cap)
            raise EncoderError(self.refused) from None
        try:
            yield lambda dollars: self._settle(Amount(dollars))
        finally:
            self._release(ticket)

    def before_program(self, begun: int) -> None:
        """Raise CapReached where a proposal after `begun` others would pass the cap on programs or on wall time."""
        caps = self._caps
        if caps.programs is not None and begun >= caps.programs:
            raise CapReached(f"The cap of {caps.programs} programs is reached; raise caps.programs to go on.")
        self.before_seed()

    def before_seed(self) -> None:
        """Raise CapReached where another program, be it a seed, would pass the cap on wall time."""
        caps, elapsed = self._caps, self._clock() - self._started
        if caps.wall_s is not None and elapsed + self._longest_program_s > caps.wall_s:
            raise CapReached(
                f"The cap of {caps.wall_s:.0f} s would be passed by another program ({elapsed:.0f} s are spent, the "
                f"longest took {self._longest_program_s:.0f} s); resume the run to go on."
            )

    @contextmanager
    def program(self) -> Iterator[None]:
        """Take the time of a program from its proposal to its evaluation; several may be under way."""
        began = self._clock()
        try:
            yield
        finally:
            with self._lock:
                self._longest_program_s = max(self._longest_program_s, self._clock() - began)

    def _reserve(self, most: Amount) -> int:
        with self._lock:
            while self._passed(sum(self._reserved.values(), self._spent) + most):
                if cap := self._passed(self._spent + most):
                    raise CapReached(cap)
                self._lock.wait()
            self._tickets += 1
            self._reserved[self._tickets] = most
            return self._tickets

    def _release(self, ticket: int) -> None:
        with self._lock:
            del self._reserved[ticket]
            self._lock.notify_all()

    def _passed(self, total: Amount) -> str:
        """Which cap so much would pass, as a sentence; empty where none."""
        caps, spent = self._caps, self._spent
        if caps.dollars is not None and total.dollars > caps.dollars:
            return (
                f"The cap of ${caps.dollars:.2f} could be passed by the next call: ${spent.dollars:.4f} are spent, and "
                f"it may take ${total.dollars - spent.dollars:.4f}; raise caps.dollars to go on."
            )
        if caps.tokens is not None and total.tokens > caps.tokens:
            return (
                f"The cap of {caps.tokens:,} tokens could be passed by the next call: {spent.tokens:,} are spent, and "
                f"it may take {total.tokens - spent.tokens:,}; raise caps.tokens to go on."
            )
        return ""

    def _settle(self, amount: Amount) -> None:
        with self._lock:
            self._spent += amount
