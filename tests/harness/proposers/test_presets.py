"""Each ready preset against a loopback server that speaks as the real one does: reasoning, usage, endings, errors."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from harness.errors import JobError, UsageError
from harness.proposers.exchange import Exchange, Prompt
from harness.proposers.faults import PromptTooLong
from harness.proposers.openai_chat import OpenAIChatClient
from harness.proposers.patience import Fault
from harness.proposers.verdicts import AnswerVerdict
from harness.settings import compose

PROMPT = Prompt("You write programs.", "Write one.")


@dataclass(frozen=True)
class Dialect:
    """How one server speaks."""

    chunks: tuple[Mapping[str, Any] | str, ...]
    """Events of an answer that says `Yes.`, and comments between them."""
    usage: Mapping[str, int | None]
    failure: Mapping[str, Any] | str
    """An event by which it ends an answer that fails; or a body in place of one."""
    refusal: tuple[int, Any]
    """Status and body of an error before an answer."""
    raises: tuple[type[Exception], str]
    keyed: bool = False


def said(content: Any = None, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    delta = delta | ({"content": content} if content is not None else {})
    choice = {"index": 0, "delta": {"role": "assistant"} | delta, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "served", "choices": [choice]}


def counted(usage: Mapping[str, Any], choices: tuple[Any, ...] = ()) -> dict[str, Any]:
    """A chunk with usage."""
    return said() | {"choices": list(choices), "usage": usage}


PLAIN = {"prompt_tokens": 30, "completion_tokens": 9, "total_tokens": 39}
COUNTED = {"input_uncached": 30, "output": 9}
DIALECTS = {
    "openrouter": Dialect(
        (
            ": OPENROUTER PROCESSING",
            said("", reasoning="Hm.", reasoning_details=[{"type": "reasoning.text", "text": "Hm."}]),
            said("Yes."),
            said("", "stop", native_finish_reason="STOP"),
            counted(
                PLAIN
                | {
                    "cost": 0.001,
                    "prompt_tokens_details": {"cached_tokens": 10},
                    "completion_tokens_details": {"reasoning_tokens": 4},
                },
                tuple(said("")["choices"]),
            ),
        ),
        {"input_uncached": 20, "cache_read": 10, "output": 9, "reasoning": 4},
        said("", "error") | {"error": {"code": 502, "message": "Provider disconnected"}},
        (402, {"error": {"code": 402, "message": "Insufficient credits"}}),
        (JobError, "is used up.*Insufficient credits"),
        keyed=True,
    ),
    "vllm": Dialect(
        (
            said("", reasoning_content=None),
            said(reasoning_content="Hm."),
            said("Yes."),
            said("", "stop"),
            counted(PLAIN),
        ),
        COUNTED,
        {"error": {"object": "error", "message": "EngineCore encountered an issue", "type": "Internal", "code": 500}},
        (
            400,
            {
                "error": {
                    "message": "This model's maximum context length is 8192 tokens. You requested 9000 tokens.",
                    "type": "BadRequestError",
                    "code": 400,
                }
            },
        ),
        (PromptTooLong, "maximum context length is 8192"),
    ),
    "ollama": Dialect(
        (said("", reasoning="Hm."), said("Yes."), said("", "stop"), counted(PLAIN)),
        COUNTED,
        {"error": {"message": "an error was encountered while running the model", "type": "api_error", "code": None}},
        (404, {"error": {"message": 'model "no" not found, try pulling it first', "type": "not_found_error"}}),
        (UsageError, "try pulling it first"),
    ),
    "llamacpp": Dialect(
        (said("Yes."), said(finish="stop"), counted(PLAIN) | {"timings": {"prompt_n": 30}}),
        COUNTED,
        {"error": {"code": 500, "message": "the slot was lost", "type": "server_error"}},
        (
            400,
            {
                "error": {
                    "code": 400,
                    "message": "the request exceeds the available context size, try increasing it",
                    "type": "exceed_context_size_error",
                    "n_prompt_tokens": 9000,
                    "n_ctx": 8192,
                }
            },
        ),
        (PromptTooLong, "available context size"),
    ),
    "gemini-api": Dialect(
        (said("Yes.") | {"usage": PLAIN}, said("", "stop") | {"usage": PLAIN}),
        COUNTED,
        json.dumps([{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}]),
        (400, [{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}]),
        (UsageError, "did not accept the key.*GEMINI_API_KEY"),
        keyed=True,
    ),
    "deepseek": Dialect(
        (
            ": keep-alive",
            said(None, reasoning_content="Hm."),
            said("Yes.", reasoning_content=None),
            said("", "stop") | {"usage": PLAIN | {"prompt_cache_hit_tokens": 20, "prompt_cache_miss_tokens": 10}},
        ),
        {"input_uncached": 10, "cache_read": 20, "output": 9},
        said("", "insufficient_system_resource"),
        (402, {"error": {"message": "Insufficient Balance", "type": "unknown_error", "code": "invalid_request_error"}}),
        (JobError, "Insufficient Balance"),
        keyed=True,
    ),
}


def _events(chunks: tuple[Mapping[str, Any] | str, ...]) -> Iterator[bytes]:
    for chunk in chunks:
        yield (chunk if isinstance(chunk, str) else f"data: {json.dumps(chunk)}").encode() + b"\n\n"


@pytest.fixture(params=DIALECTS)
def preset(request: pytest.FixtureRequest, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> "Preset":
    return Preset(request.param, httpserver, monkeypatch)


class Preset:
    """A preset's client, moved to a loopback server, and how that speaks."""

    def __init__(self, name: str, server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
        self.dialect = DIALECTS[name]
        settings = compose([f"proposer={name}"]).proposer
        assert settings.base_url is not None
        if self.dialect.keyed:
            monkeypatch.setenv(settings.api_key_env, "sk-of-the-preset")
        self.server = server
        self.client = OpenAIChatClient(replace(settings, base_url=server.url_for("/v1")), settings.model or "served")

    def answer(self, status: int, body: Any) -> Exchange:
        sent = Response(body, status=status, content_type="text/event-stream" if status == 200 else "application/json")
        self.server.expect_request("/v1/chat/completions").respond_with_response(sent)
        return self.client.complete(PROMPT)


def test_an_answer_is_read_with_its_usage(preset: Preset) -> None:
    exchange = preset.answer(200, [*_events(preset.dialect.chunks), b"data: [DONE]\n\n"])
    assert (exchange.text, exchange.verdict, exchange.usage.model) == ("Yes.", AnswerVerdict.OK, "served")
    assert {name: getattr(exchange.usage, name) for name in preset.dialect.usage} == preset.dialect.usage
    key = preset.server.log[0][0].headers["Authorization"]
    assert key == ("Bearer sk-of-the-preset" if preset.dialect.keyed else "Bearer none")


def test_an_answer_that_fails_may_be_asked_for_again(preset: Preset) -> None:
    failure = preset.dialect.failure
    body = [failure.encode()] if isinstance(failure, str) else [*_events((preset.dialect.chunks[0], failure))]
    with pytest.raises(Fault):
        preset.answer(200, body)


def test_an_error_before_an_answer_says_what_to_do(preset: Preset) -> None:
    status, body = preset.dialect.refusal
    error, sentence = preset.dialect.raises
    with pytest.raises(error, match=sentence):
        preset.answer(status, json.dumps(body))


WHOLE = {"id": "1", "object": "chat.completion", "created": 1, "model": "served", "usage": PLAIN}


@pytest.mark.parametrize(
    "body",
    [
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop"}]},
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes."}}]},
        {"choices": [{"message": {"content": [{"type": "text", "text": "Ye"}, {"type": "text", "text": "s."}]}}]},
    ],
)
def test_a_server_that_does_not_stream_is_read(httpserver: HTTPServer, body: dict[str, Any]) -> None:
    httpserver.expect_request("/v1/chat/completions").respond_with_json(WHOLE | body)
    client = OpenAIChatClient(
        compose(["proposer=vllm", f"proposer.base_url={httpserver.url_for('/v1')}"]).proposer, "m"
    )
    exchange = client.complete(PROMPT)
    assert (exchange.text, exchange.verdict, exchange.usage.output) == ("Yes.", AnswerVerdict.OK, 9)


@pytest.mark.parametrize(
    "chunks",
    [
        (said("Yes."),),
        (said([{"type": "text", "text": "Yes."}], "stop"),),
        ({"id": "1", "choices": [{"index": 0, "message": {"content": "Yes."}, "finish_reason": "stop"}]},),
    ],
    ids=["no finish reason", "parts", "message"],
)
def test_odd_chunks_are_read(httpserver: HTTPServer, chunks: tuple[dict[str, Any], ...]) -> None:
    sent = Response([*_events(chunks), b"data: [DONE]\n\n"], content_type="text/event-stream")
    httpserver.expect_request("/v1/chat/completions").respond_with_response(sent)
    client = OpenAIChatClient(
        compose(["proposer=vllm", f"proposer.base_url={httpserver.url_for('/v1')}"]).proposer, "m"
    )
    exchange = client.complete(PROMPT)
    assert (exchange.text, exchange.verdict) == ("Yes.", AnswerVerdict.OK)
