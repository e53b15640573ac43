"""What both of OpenAI's interfaces share: one model, reached through the library."""

from functools import cached_property
from typing import TYPE_CHECKING

from harness.proposers.stream import connection, server_for
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
