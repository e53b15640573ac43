"""What both of OpenAI's interfaces share: one model, reached through the library."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.proposers.endpoint import connection, server_for
from harness.proposers.paths import count_at
from harness.settings.proposer import ProposerSettings

if TYPE_CHECKING:
    from openai import OpenAI


class OpenAIClient:
    """One model at OpenAI, or at a server that speaks its protocol."""

    provider = "openai"

    def __init__(self, settings: ProposerSettings, model: str) -> None:
        self.model = model
        self._settings = settings
        self._server = server_for(self.provider, model, settings, "OPENAI_API_KEY")

    @cached_property
    def _sdk(self) -> "OpenAI":
        from openai import OpenAI

        return OpenAI(**connection(self._server, self._settings))

    def connect(self) -> None:
        _ = self._sdk


def count_tokens(usage: Any, asked: str, answered: str) -> dict[str, int | None]:
    """A usage as `UsageRecord` names it; `asked` and `answered` are what the interface calls the two counts.

    OpenAI's count of what was asked includes the cached tokens.
    """
    total = count_at(usage, asked)
    read_ = count_at(usage, f"{asked}_details", "cached_tokens")
    if read_ is None:
        read_ = count_at(usage, "prompt_cache_hit_tokens")  # DeepSeek's word
    write = count_at(usage, f"{asked}_details", "cache_write_tokens")
    return {
        "input_uncached": None if total is None else max(0, total - (read_ or 0) - (write or 0)),
        "cache_read": read_,
        "cache_write": write,
        "output": count_at(usage, answered),
        "reasoning": count_at(usage, f"{answered}_details", "reasoning_tokens"),
    }
