"""Counting tokens without a provider's tokenizer.

An approximation: hosted tokenizers turn English and Python into one token per 3.5 to 4.5 bytes of UTF-8. Prompts are
fitted with the low end, and money is reserved with a bound that holds for any text of that kind.
"""

BYTES_PER_TOKEN = 3.5
LEAST_BYTES_PER_TOKEN = 2.0


def count(text: str) -> int:
    """About so many tokens, rather too many than too few."""
    return round(len(text.encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN + 0.5)


def at_most(text: str) -> int:
    """No more tokens than this, for reservations."""
    return round(len(text.encode("utf-8", "surrogatepass")) / LEAST_BYTES_PER_TOKEN + 0.5)
