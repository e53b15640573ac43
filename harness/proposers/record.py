"""Calls are recorded before they are made, exchanges before they are read: nothing is paid twice or without a trace."""

from dataclasses import dataclass
from typing import Protocol

from archive import UsageRecord
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.spending import NOTHING, Amount


@dataclass(frozen=True)
class RecordedExchange:
    """One exchange of a run, with the request that it answers."""

    number: int
    """The program it was for."""
    step: str
    """Which of that program's calls: `answer/0` and on, `judge/0` and on, `notes`."""
    model: str
    """As the settings name it."""
    request_hash: str
    exchange: Exchange


class ExchangeStore(Protocol):
    """What a run remembers of its calls and exchanges. Kept by the archive."""

    def lookup(self, number: int, step: str) -> RecordedExchange | None:
        """The recorded exchange of a step, or None."""

    def begin(self, number: int, usage: UsageRecord, most: Amount) -> int:
        """Keep for good that a call is about to be made which may cost so much; a number for it among its program's."""

    def failed(self, number: int, call: int, why: str, charged: Amount = NOTHING) -> None:
        """A call that was begun has no whole answer; the caps count what of it was received as `charged`."""

    def record(
        self, recorded: RecordedExchange, prompt: Prompt, *, call: int | None = None, charged: Amount = NOTHING
    ) -> None:
        """Keep an exchange and its prompt for good before this returns; a later one of a step takes its place.

        It answers the `call` that was begun, and the caps count it as `charged`.
        """

    def charged(self) -> Amount:
        """What the caps count, over all calls."""
