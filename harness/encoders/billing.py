"""What an encoder behind an address costs, and the account that it asks before it spends."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable


class Account(Protocol):
    """Who holds the dollars."""

    def embedding(self, most: float) -> AbstractContextManager[Callable[[float], None]]:
        """Reserve so many US dollars while the body runs, and hand it a function that settles what was spent.

        Raises EncoderError, and from then on always, where the reservation would pass a cap.
        """


@runtime_checkable
class Billed(Protocol):
    """An encoder that somebody is paid for."""

    account: Account | None
    """Asked before each request; None spends without asking."""

    @property
    def tokens_read(self) -> int:
        """Tokens read so far."""

    @property
    def dollars(self) -> float | None:
        """What they cost in US dollars; None where no price is known."""
