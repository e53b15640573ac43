"""OpenAI chat completions: the hosted ones, and every server that speaks them (vLLM, Ollama, llama.cpp)."""

from typing import Any

from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.openai_client import OpenAIClient, count_tokens
from harness.proposers.stream import Reading, at, read, text_at
from harness.proposers.verdicts import AnswerVerdict

STOPS = {"length": AnswerVerdict.CUT_OFF, "content_filter": AnswerVerdict.REFUSED}


class OpenAIChatClient(OpenAIClient):
    """One model behind a chat completions endpoint."""

    def request(self, prompt: Prompt) -> dict[str, Any]:
        settings = self._settings
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": "system", "content": prompt.prefix}, {"role": "user", "content": prompt.body}],
            settings.max_tokens_field: settings.max_output_tokens,
            "stream_options": {"include_usage": True},
        }
        if settings.effort is not None:
            body["reasoning_effort"] = settings.effort
        return body | settings.extra

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


def _absorb(event: Any, reading: Reading) -> None:
    reading.model = text_at(event, "model") or reading.model
    reading.text.append(text_at(event, "choices", 0, "delta", "content"))
    refusal = text_at(event, "choices", 0, "delta", "refusal")
    if refusal:
        reading.refusal.append(refusal)
    reason = text_at(event, "choices", 0, "finish_reason")
    if reason:
        reading.stop, reading.detail = STOPS.get(reason, AnswerVerdict.OK), reason
    if at(event, "usage") is not None:
        reading.tokens = count_tokens(at(event, "usage"), "prompt_tokens", "completion_tokens")
