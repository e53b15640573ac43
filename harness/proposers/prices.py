"""What a call costs, by the user's own price or by the genai-prices snapshot; an unknown price is an error at start."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from archive import UsageRecord
from harness.errors import UsageError
from harness.settings.proposer import PriceSettings, ProposerSettings

CACHE_WRITE_FACTOR = 1.25
"""What writing to a provider's cache usually costs, in units of the input price; used where the user names no price."""


class Price(Protocol):
    """Turns token counts into US dollars."""

    @property
    def source(self) -> str:
        """Where the price is from, and its date."""

    def cost(self, usage: UsageRecord) -> float | None:
        """US dollars; None where the server did not count the tokens and they are not free."""


@dataclass(frozen=True)
class OwnPrice:
    """The price that the settings name, in dollars per million tokens."""

    input: float
    output: float
    cache_read: float
    cache_write: float
    source: str

    def cost(self, usage: UsageRecord) -> float | None:
        if self.input == self.output == self.cache_read == self.cache_write == 0:
            return 0.0
        if usage.input_uncached is None or usage.output is None:
            return None
        read, write = usage.cache_read or 0, usage.cache_write or 0
        total = usage.input_uncached * self.input + read * self.cache_read + write * self.cache_write
        return (total + usage.output * self.output) / 1e6


@dataclass(frozen=True)
class SnapshotPrice:
    """A model's price in the installed genai-prices snapshot."""

    model: str
    where: dict[str, str]
    """`provider_id` or `provider_api_url`."""
    cache_ttl: str
    source: str

    def cost(self, usage: UsageRecord) -> float | None:
        from genai_prices import Usage, calc_price

        if usage.input_uncached is None or usage.output is None:
            return None
        read, write = usage.cache_read or 0, usage.cache_write or 0
        counts: dict[str, Any] = {
            "input_tokens": usage.input_uncached + read + write,
            "cache_read_tokens": read,
            "cache_write_tokens": write,
            "output_tokens": usage.output,
        }
        if self.cache_ttl == "1h":
            counts["cache_write_1h_tokens"] = write
        return float(calc_price(Usage(**counts), self.model, **self.where).total_price)


def price_for(provider: str, model: str, settings: ProposerSettings) -> Price:
    """The price of a model. Raises UsageError where it is unknown, with the ways to make it known."""
    own = settings.prices.get(model, settings.price)
    if own.input is not None and own.output is not None:
        return _own_price(own.input, own.output, own)
    looked_up = _look_up(provider, model, settings)
    if looked_up is not None:
        return looked_up
    raise UsageError(
        f"The price of {model} is not known; set proposer.price.input and proposer.price.output (dollars per million "
        "tokens, 0 for a server of your own), or install the extra 'prices' for a table of hosted models."
    )


def most_expensive(price: Price, prompt_tokens: int, output_tokens: int) -> float:
    """The most that a call with so many tokens costs, whatever the provider's cache does."""
    usage = UsageRecord(provider="", model="", input_uncached=prompt_tokens, output=output_tokens)
    written = replace(usage, input_uncached=0, cache_write=prompt_tokens)
    return max(price.cost(usage) or 0.0, price.cost(written) or 0.0)


def _own_price(input_: float, output: float, own: PriceSettings) -> OwnPrice:
    return OwnPrice(
        input=input_,
        output=output,
        cache_read=input_ if own.cache_read is None else own.cache_read,
        cache_write=input_ * CACHE_WRITE_FACTOR if own.cache_write is None else own.cache_write,
        source=f"settings {own.date}".strip(),
    )


def _look_up(provider: str, model: str, settings: ProposerSettings) -> Price | None:
    try:
        import genai_prices
    except ImportError:
        return None
    where = {"provider_api_url": settings.base_url} if settings.base_url else {"provider_id": provider}
    source = f"genai-prices {genai_prices.__version__}, read {datetime.now(UTC):%Y-%m-%d}"
    price = SnapshotPrice(model, where, settings.cache_ttl, source)
    try:
        price.cost(UsageRecord(provider=provider, model=model, input_uncached=1, output=1))
    except LookupError:
        return None
    return price
