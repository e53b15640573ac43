"""Anthropic messages: what repeats cached by the provider, effort, adaptive thinking."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.proposers.bodies import with_extra
from harness.proposers.endpoint import connection, server_for
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.paths import at, count_at, text_at
from harness.proposers.stream import Reading, read
from harness.proposers.verdicts import AnswerVerdict
from harness.settings.proposer import ProposerSettings

if TYPE_CHECKING:
    from anthropic import Anthropic

STOPS = {
    "max_tokens": AnswerVerdict.CUT_OFF,
    "model_context_window_exceeded": AnswerVerdict.CUT_OFF,
    "refusal": AnswerVerdict.REFUSED,
}


class AnthropicClient:
    """One model behind the messages endpoint."""

    provider = "anthropic"

    def __init__(self, settings: ProposerSettings, model: str) -> None:
        self.model = model
        self._settings = settings
        self._server = server_for(self.provider, model, settings, "ANTHROPIC_API_KEY")

    @cached_property
    def _sdk(self) -> "Anthropic":
        from anthropic import Anthropic

        return Anthropic(**connection(self._server, self._settings))

    def connect(self) -> None:
        _ = self._sdk

    def request(self, prompt: Prompt) -> dict[str, Any]:
        settings = self._settings
        cache = {"type": "ephemeral", "ttl": settings.cache_ttl}
        prefix = [{"type": "text", "text": prompt.prefix, "cache_control": cache}]
        body: dict[str, Any] = {"model": self.model, "max_tokens": settings.max_output_tokens}
        if settings.system:
            body |= {"system": prefix, "messages": [{"role": "user", "content": _content(prompt, cache)}]}
        else:
            content = _content(prompt, cache)
            parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
            body["messages"] = [{"role": "user", "content": [*prefix, *parts]}]
        if settings.thinking is not None:
            body["thinking"] = {"type": settings.thinking}
        if settings.effort is not None:
            body["output_config"] = {"effort": settings.effort}
        return with_extra(body, settings.extra)

    def complete(self, prompt: Prompt) -> Exchange:
        from anthropic import APIError

        body = self.request(prompt)
        known = {key: body.pop(key) for key in ("model", "max_tokens", "messages")}
        return read(
            self._server, APIError, lambda: self._sdk.messages.create(**known, extra_body=body, stream=True), _absorb
        )


def _content(prompt: Prompt, cache: dict[str, Any]) -> str | list[dict[str, Any]]:
    """The body; in two blocks, the first to be cached, where its beginning is settled."""
    if not prompt.settled:
        return prompt.body
    settled, rest = prompt.body[: prompt.settled], prompt.body[prompt.settled :]
    return [{"type": "text", "text": settled, "cache_control": cache}, {"type": "text", "text": rest}]


def _absorb(event: Any, reading: Reading) -> None:
    match at(event, "type"):
        case "message_start":
            reading.model = text_at(event, "message", "model")
            _count(at(event, "message", "usage"), reading)
            reading.tokens.pop("output", None)  # a first guess, worth nothing if the stream breaks
        case "content_block_delta" if at(event, "delta", "type") == "text_delta":
            reading.text.append(text_at(event, "delta", "text"))
        case "content_block_delta" if at(event, "delta", "type") == "thinking_delta":
            reading.thoughts += len(text_at(event, "delta", "thinking"))
        case "message_delta":
            _stop(text_at(event, "delta", "stop_reason"), reading)
            _count(at(event, "usage"), reading)
        case "message_stop" if reading.stop is None:
            reading.stop, reading.detail = AnswerVerdict.OK, "no stop reason"
        case "message":  # a server that does not stream
            reading.model = text_at(event, "model")
            reading.text.append(text_at(event, "content"))
            _stop(text_at(event, "stop_reason"), reading)
            _count(at(event, "usage"), reading)


def _stop(reason: str, reading: Reading) -> None:
    if reason:
        reading.stop, reading.detail = STOPS.get(reason, AnswerVerdict.OK), reason


def _count(usage: Any, reading: Reading) -> None:
    """Anthropic's input tokens leave the cached ones out. Later events repeat counts or leave them out."""
    found = {
        "input_uncached": count_at(usage, "input_tokens"),
        "cache_read": count_at(usage, "cache_read_input_tokens"),
        "cache_write": count_at(usage, "cache_creation_input_tokens"),
        "output": count_at(usage, "output_tokens"),
        "reasoning": count_at(usage, "output_tokens_details", "thinking_tokens"),
    }
    reading.tokens |= {name: count for name, count in found.items() if count is not None}
