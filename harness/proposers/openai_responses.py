"""OpenAI Responses. Nothing is stored on the server."""

from typing import Any

from harness.proposers.bodies import in_one, with_extra
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.openai_client import OpenAIClient, count_tokens
from harness.proposers.paths import at, text_at
from harness.proposers.stream import Reading, read
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
        if not settings.system:
            del body["instructions"]
            body["input"] = in_one(prompt)
        if settings.effort is not None:
            body["reasoning"] = {"effort": settings.effort}
        return with_extra(body, settings.extra)

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
        case "response.reasoning_text.delta" | "response.reasoning_summary_text.delta":
            reading.thoughts += len(text_at(event, "delta"))
        case "response.completed" | "response.incomplete" | "response.failed":
            _close(at(event, "response"), reading)
        case "error":
            reading.stop, reading.error = AnswerVerdict.INTERRUPTED, event
        case _ if at(event, "object") == "response":  # a server that does not stream
            _close(event, reading)


def _close(response: Any, reading: Reading) -> None:
    filtered = at(response, "incomplete_details", "reason") == "content_filter"
    ends = {
        "failed": AnswerVerdict.INTERRUPTED,
        "cancelled": AnswerVerdict.INTERRUPTED,
        "incomplete": AnswerVerdict.REFUSED if filtered else AnswerVerdict.CUT_OFF,
    }
    reading.stop = ends.get(text_at(response, "status"), AnswerVerdict.OK)
    if not any(reading.text):
        messages = [item for item in at(response, "output") or [] if at(item, "type") == "message"]
        reading.text += [text_at(item, "content") for item in messages]
    reading.model, reading.error = text_at(response, "model"), at(response, "error")
    reading.detail = text_at(response, "error", "message") or text_at(response, "incomplete_details", "reason")
    reading.tokens = count_tokens(at(response, "usage"), "input_tokens", "output_tokens")
