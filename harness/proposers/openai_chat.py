"""OpenAI chat completions: the hosted ones, and every server that speaks them (vLLM, Ollama, llama.cpp)."""

from typing import Any

from harness.proposers.bodies import in_one, with_extra
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.openai_client import OpenAIClient, count_tokens
from harness.proposers.paths import at, text_at
from harness.proposers.stream import Reading, read
from harness.proposers.verdicts import AnswerVerdict

STOPS = {
    "length": AnswerVerdict.CUT_OFF,
    "content_filter": AnswerVerdict.REFUSED,
    "error": AnswerVerdict.INTERRUPTED,
    "insufficient_system_resource": AnswerVerdict.INTERRUPTED,
}
REASONING = ("reasoning_content", "reasoning")
"""What servers call a model's thoughts."""


class OpenAIChatClient(OpenAIClient):
    """One model behind a chat completions endpoint."""

    def request(self, prompt: Prompt) -> dict[str, Any]:
        settings = self._settings
        body: dict[str, Any] = {
            "model": self.model,
            "messages": _messages(prompt) if settings.system else [{"role": "user", "content": in_one(prompt)}],
            settings.max_tokens_field: settings.max_output_tokens,
            "stream_options": {"include_usage": True},
        }
        if settings.effort is not None:
            body["reasoning_effort"] = settings.effort
        return with_extra(body, settings.extra)

    def complete(self, prompt: Prompt) -> Exchange:
        from openai import APIError

        body = self.request(prompt)
        known = {key: body.pop(key) for key in ("model", "messages")}
        return read(
            self._server,
            APIError,
            lambda: self._sdk.chat.completions.create(**known, extra_body=body, stream=True),
            _absorb,
        )


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    return [{"role": "system", "content": prompt.prefix}, {"role": "user", "content": prompt.body}]


def _absorb(event: Any, reading: Reading) -> None:
    reading.model = text_at(event, "model") or reading.model
    choice = at(event, "choices", 0)
    said = at(choice, "delta")
    if not text_at(said, "content") and not any(reading.text):
        said = at(choice, "message") or said  # a server that does not stream, or tells all at the end
    reading.text.append(text_at(said, "content"))
    reading.thoughts += max(len(text_at(said, name)) for name in REASONING)
    refusal = text_at(said, "refusal")
    if refusal:
        reading.refusal.append(refusal)
    reason = text_at(choice, "finish_reason")
    if reason:
        reading.stop, reading.detail = STOPS.get(reason, AnswerVerdict.OK), reason
    if at(event, "usage") is not None:
        reading.tokens = count_tokens(at(event, "usage"), "prompt_tokens", "completion_tokens")
