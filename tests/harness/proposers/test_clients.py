"""The three clients against a real server on loopback, well and badly behaved."""

from collections.abc import Callable
from typing import Any

import pytest
from harness.proposers.retries import told_retries
from pytest_httpserver import HTTPServer

from harness.errors import JobError, UsageError
from harness.proposers.anthropic_client import AnthropicClient
from harness.proposers.exchange import ChatClient, Prompt, from_mapping, request_hash, to_mapping
from harness.proposers.openai_chat import OpenAIChatClient
from harness.proposers.openai_responses import OpenAIResponsesClient
from harness.proposers.verdicts import AnswerVerdict
from harness.settings.proposer import ProposerSettings
from tests.harness.proposers.fake_provider import FakeProvider, Fault, Reply, Script, prompt_of

CLIENTS: dict[str, Callable[[ProposerSettings, str], ChatClient]] = {
    "anthropic": AnthropicClient,
    "openai": OpenAIChatClient,
    "openai-responses": OpenAIResponsesClient,
}
PROMPT = Prompt("You write programs.", "Write number 7. Grüße: ☃")
LONG = "All work and no play makes a dull program. " * 20


@pytest.fixture(params=sorted(CLIENTS))
def ask(request: pytest.FixtureRequest, httpserver: HTTPServer) -> Callable[..., tuple[ChatClient, FakeProvider]]:
    def build(script: Script, **settings: Any) -> tuple[ChatClient, FakeProvider]:
        base = httpserver.url_for("" if request.param == "anthropic" else "/v1")
        asked = ProposerSettings(base_url=base, timeout_s=0.3, max_retries=2, **settings)
        return CLIENTS[request.param](asked, "stand-in"), FakeProvider(httpserver, script)

    return build


Ask = Callable[..., tuple[ChatClient, FakeProvider]]


def test_a_streamed_answer_arrives_whole_with_its_usage(ask: Ask) -> None:
    client, provider = ask(lambda body, before: Reply(LONG))
    exchange = client.complete(PROMPT)
    assert (exchange.text, exchange.verdict) == (LONG, AnswerVerdict.OK)
    usage = exchange.usage
    assert (usage.input_uncached, usage.cache_read, usage.cache_write) == (50, 40, 10)
    assert (usage.output, usage.reasoning, usage.retries) == (30, 7, 0)
    assert (usage.model, usage.latency_s > 0) == ("stand-in-1", True)
    assert prompt_of(provider.requests[0]) == PROMPT.body


def test_the_request_is_what_the_server_receives(ask: Ask) -> None:
    client, provider = ask(lambda body, before: Reply("yes"), effort="low", extra={"top_k": 3})
    client.complete(PROMPT)
    assert provider.requests == [client.request(PROMPT) | {"stream": True}]
    assert provider.requests[0]["top_k"] == 3
    assert request_hash(client.request(PROMPT)) != request_hash(client.request(Prompt(PROMPT.prefix, "Another.")))


@pytest.mark.parametrize("status", [429, 500, 529])
def test_the_library_retries_an_overloaded_server(ask: Ask, status: int) -> None:
    client, provider = ask(lambda body, before: Fault(status) if before < 2 else Reply("at last"))
    told: list[str] = []
    with told_retries(told.append):
        exchange = client.complete(PROMPT)
    assert (exchange.text, exchange.usage.retries, len(provider.requests)) == ("at last", 2, 3)
    assert len(told) == 2
    assert told[0].startswith("No answer from the model's server yet: retrying request ")


@pytest.mark.parametrize("kind", ["drop", "hang"])
def test_the_library_retries_a_lost_connection(ask: Ask, kind: str) -> None:
    client, _ = ask(lambda body, before: Fault(kind=kind) if before < 1 else Reply("at last"))
    exchange = client.complete(PROMPT)
    assert (exchange.text, exchange.usage.retries) == ("at last", 1)


def test_a_server_that_stays_away_stops_the_job_with_a_sentence(ask: Ask) -> None:
    client, provider = ask(lambda body, before: Fault(529))
    with pytest.raises(JobError, match="gave no answer after all retries; the run is kept") as caught:
        client.complete(PROMPT)
    assert len(provider.requests) == 3
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(401, "did not accept the key"), (404, "was not found"), (400, "cannot take the request")],
)
def test_a_wrong_request_is_the_users_to_fix(ask: Ask, status: int, sentence: str) -> None:
    client, provider = ask(lambda body, before: Fault(status))
    with pytest.raises(UsageError, match=sentence):
        client.complete(PROMPT)
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply("I would rather not.", stop="refused"), AnswerVerdict.REFUSED),
        (Reply(LONG, stop="cut-off"), AnswerVerdict.CUT_OFF),
        (Reply(""), AnswerVerdict.EMPTY),
        (Reply(" \n"), AnswerVerdict.EMPTY),
        (Reply(LONG, broken_after=3), AnswerVerdict.INTERRUPTED),
        (Reply(LONG, broken_after=3, breakage="bad-json"), AnswerVerdict.INTERRUPTED),
        (Reply(LONG, stop="silent"), AnswerVerdict.INTERRUPTED),
    ],
)
def test_every_bad_ending_is_a_verdict(ask: Ask, reply: Reply, verdict: AnswerVerdict) -> None:
    client, _ = ask(lambda body, before: reply)
    exchange = client.complete(PROMPT)
    assert exchange.verdict is verdict
    assert exchange.usage.verdict == verdict.value
    assert exchange.usage.output == (None if verdict is AnswerVerdict.INTERRUPTED else 30)


def test_missing_usage_is_unknown_not_zero(ask: Ask) -> None:
    client, _ = ask(lambda body, before: Reply("yes", usage=False))
    usage = client.complete(PROMPT).usage
    assert {usage.input_uncached, usage.cache_read, usage.cache_write, usage.output, usage.reasoning} == {None}


def test_an_exchange_survives_storage(ask: Ask) -> None:
    client, _ = ask(lambda body, before: Reply("yes"))
    exchange = client.complete(PROMPT)
    assert from_mapping(to_mapping(exchange)) == exchange


@pytest.mark.parametrize("kind", sorted(CLIENTS))
def test_a_missing_key_is_named(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UsageError, match=r"set the variable (ANTHROPIC|OPENAI)_API_KEY"):
        CLIENTS[kind](ProposerSettings(), "stand-in").connect()


def test_a_prompt_refused_with_an_error_is_a_refusal(httpserver: HTTPServer) -> None:
    FakeProvider(httpserver, lambda body, before: Fault(400, code="content_filter", message="unsafe"))
    client = OpenAIChatClient(ProposerSettings(base_url=httpserver.url_for("/v1")), "stand-in")
    exchange = client.complete(PROMPT)
    assert (exchange.verdict, exchange.usage.output) == (AnswerVerdict.REFUSED, None)
    assert "unsafe" in exchange.detail


def test_anthropic_caches_the_prefix(httpserver: HTTPServer) -> None:
    provider = FakeProvider(httpserver, lambda body, before: Reply("yes"))
    settings = ProposerSettings(base_url=httpserver.url_for(""), effort="high", thinking="adaptive", cache_ttl="1h")
    AnthropicClient(settings, "stand-in").complete(PROMPT)
    sent = provider.requests[0]
    assert sent["system"][0]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    assert (sent["thinking"], sent["output_config"]) == ({"type": "adaptive"}, {"effort": "high"})
