"""Every exchange is recorded before its answer is read, so that no answer is paid for twice."""

from dataclasses import dataclass
from typing import Protocol

from harness.limits import Amount
from harness.proposers.exchange import Exchange, Prompt


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
    charged: Amount
    """What the caps count: the cost, or the most it could have been where the server did not say."""


class ExchangeStore(Protocol):
    """What a run remembers of its exchanges. Kept by the archive."""

    def lookup(self, number: int, step: str) -> RecordedExchange | None:
        """The recorded exchange of a step, or None."""

    def record(self, recorded: RecordedExchange, prompt: Prompt) -> None:
        """Keep an exchange and its prompt for good before this returns; a later one of a step takes its place."""

    def charged(self) -> Amount:
        """The sum over all exchanges."""
