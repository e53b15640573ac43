"""Money: what a call costs, and what happens when nobody knows."""

import pytest

from archive import UsageRecord
from harness.errors import UsageError
from harness.proposers.prices import most_expensive, price_for
from harness.settings.proposer import PriceSettings, ProposerSettings

USAGE = UsageRecord("p", "m", input_uncached=1000, cache_read=2000, cache_write=4000, output=500, reasoning=100)
OWN = ProposerSettings(
    price=PriceSettings(input=3, output=15, cache_read=0.3, cache_write=3.75, date="2026-11-01"),
    prices={"small": PriceSettings(input=1, output=2), "free": PriceSettings(input=0, output=0)},
)


def test_the_users_price_is_dollars_per_million_tokens() -> None:
    price = price_for("anthropic", "large", OWN)
    assert price.cost(USAGE) == pytest.approx((1000 * 3 + 2000 * 0.3 + 4000 * 3.75 + 500 * 15) / 1e6)
    assert price.source == "settings 2026-11-01"


def test_a_model_with_an_entry_has_its_own_price() -> None:
    price = price_for("anthropic", "small", OWN)
    assert price.cost(USAGE) == pytest.approx((1000 + 2000 + 4000 * 1.25 + 500 * 2) / 1e6)


def test_uncounted_tokens_have_no_cost_unless_they_are_free() -> None:
    uncounted = UsageRecord("p", "m")
    assert price_for("p", "large", OWN).cost(uncounted) is None
    assert price_for("p", "free", OWN).cost(uncounted) == 0.0


def test_an_unknown_price_is_an_error_with_its_fix() -> None:
    settings = ProposerSettings(base_url="http://127.0.0.1:9/v1")
    with pytest.raises(UsageError, match=r"price of mystery is not known; set proposer\.price\.input"):
        price_for("openai", "mystery", settings)


def test_a_reservation_covers_the_costliest_way_to_pay() -> None:
    price = price_for("anthropic", "large", OWN)
    assert most_expensive(price, 1000, 100) == pytest.approx((1000 * 3.75 + 100 * 15) / 1e6)


def test_the_snapshot_knows_hosted_models() -> None:
    pytest.importorskip("genai_prices", reason="the extra 'prices' is not installed")
    price = price_for("anthropic", "claude-sonnet-4-5", ProposerSettings())
    assert price.source.startswith("genai-prices")
    assert price.cost(USAGE) == pytest.approx((1000 * 3 + 2000 * 0.3 + 4000 * 3.75 + 500 * 15) / 1e6)
