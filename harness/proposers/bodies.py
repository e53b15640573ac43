"""What settings add to a request's body, and take from it."""

from collections.abc import Mapping
from typing import Any

from harness.proposers.exchange import Prompt


def with_extra(body: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """The body with further fields, and without those that are None there."""
    return {name: value for name, value in {**body, **extra}.items() if name not in extra or value is not None}


def in_one(prompt: Prompt) -> str:
    """A prompt as a user's text, for a server that has no place for the fixed part."""
    return f"{prompt.prefix}\n\n{prompt.body}"
