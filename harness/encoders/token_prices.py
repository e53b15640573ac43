"""What a served encoder costs: the user's own price, or that of the genai-prices snapshot."""

from typing import Any

from harness.settings.encoder import EncoderSettings


def price_of(settings: EncoderSettings) -> float | None:
    """US dollars per million tokens; None where nobody knows."""
    if settings.price is not None:
        return settings.price
    try:
        from genai_prices import Usage, calc_price
    except ImportError:
        return None
    where: dict[str, Any] = {"provider_api_url": settings.base_url} if settings.base_url else {"provider_id": "openai"}
    try:
        return float(calc_price(Usage(input_tokens=1_000_000), settings.model, **where).total_price)
    except LookupError:
        return None
