"""OpenAI Responses. Nothing is stored on the server."""

from typing import Any

from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.openai_client import OpenAIClient, count_tokens
from harness.proposers.stream import Reading, at, read, text_at
from harness.proposers.verdicts import AnswerVerdict


class OpenAIResponsesClient(OpenAIClient):
    """One model behind the responses endpoint."""

    def request(self, prompt: Prompt) -> dict[str, Any]:
        settings = self._settings
        body: dict[str, Any] = {
            "model": self.model,
            "instructions": prompt.prefix,
            "input": prompt.body,
            "max_output_tokens": settings.max_output_tokens,
            "store": False,
        }
        if settings.effort is not None:
            body["reasoning"] = {"effort": settings.effort}
        return body | settings.extra

    def complete(self, prompt: Prompt) -> Exchange:
        from openai import APIError

        body = self.request(prompt)
        known = {key: body.pop(key) for key in ("model", "input")}
        return read(
            self._server, APIError, lambda: self._sdk.responses.create(**known, extra_body=body, stream=True), _absorb
        )


def _absorb(event: Any, reading: Reading) -> None:
    match at(event, "type"):
        case "response.output_text.delta":
            reading.text.append(text_at(event, "delta"))
        case "response.refusal.delta":
            reading.refusal.append(text_at(event, "delta"))
        case "response.completed":
            reading.stop = AnswerVerdict.OK
            _close(at(event, "response"), reading)
        case "response.incomplete":
            filtered = at(event, "response", "incomplete_details", "reason") == "content_filter"
            reading.stop = AnswerVerdict.REFUSED if filtered else AnswerVerdict.CUT_OFF
            _close(at(event, "response"), reading)
        case "response.failed":
            reading.stop = AnswerVerdict.INTERRUPTED
            _close(at(event, "response"), reading)
        case "error":
            reading.stop, reading.detail = AnswerVerdict.INTERRUPTED, text_at(event, "message")


def _close(response: Any, reading: Reading) -> None:
    reading.model = text_at(response, "model")
    reading.detail = text_at(response, "error", "message") or text_at(response, "incomplete_details", "reason")
    reading.tokens = count_tokens(at(response, "usage"), "input_tokens", "output_tokens")
