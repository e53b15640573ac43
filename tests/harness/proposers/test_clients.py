"""The three clients against a real server on loopback, well and badly behaved."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from harness.errors import JobError, UsageError
from harness.proposers import faults
from harness.proposers.anthropic_client import AnthropicClient
from harness.proposers.asking import LiveAsker, Model
from harness.proposers.exchange import ChatClient, Exchange, Prompt, from_mapping, request_hash, to_mapping
from harness.proposers.faults import PromptTooLong
from harness.proposers.keys import find_key
from harness.proposers.openai_chat import OpenAIChatClient
from harness.proposers.openai_responses import OpenAIResponsesClient
from harness.proposers.patience import Patience, ServerFailed
from harness.proposers.prices import OwnPrice
from harness.proposers.spending import NOTHING, Spending
from harness.proposers.telling import told_waits
from harness.proposers.verdicts import AnswerVerdict
from harness.settings.caps import CapSettings
from harness.settings.proposer import ProposerSettings
from tests.harness.proposers.fake_provider import FakeProvider, Fault, Planned, Raw, Reply, Script, prompt_of
from tests.harness.proposers.stand_in import MemoryStore

CLIENTS: dict[str, Callable[[ProposerSettings, str], ChatClient]] = {
    "anthropic": AnthropicClient,
    "openai": OpenAIChatClient,
    "openai-responses": OpenAIResponsesClient,
}
PROMPT = Prompt("You write programs.", "Write number 7. Grüße: ☃")
PATIENCE = Patience(retries=3, broken=3, longest_wait_s=0.01)
LONG = "All work and no play makes a dull program. " * 20


@pytest.fixture
def httpserver() -> Iterator[HTTPServer]:
    """One that answers several requests at a time, so that a stalled one holds up no other."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture(params=sorted(CLIENTS))
def ask(request: pytest.FixtureRequest, httpserver: HTTPServer) -> Callable[..., tuple[ChatClient, FakeProvider]]:
    def build(script: Script, **settings: Any) -> tuple[ChatClient, FakeProvider]:
        base = httpserver.url_for("" if request.param == "anthropic" else "/v1")
        reached = ProposerSettings(base_url=base, **{"timeout_s": 1.0, "call_s": 20.0} | settings)
        return CLIENTS[request.param](reached, "stand-in"), FakeProvider(httpserver, script)

    return build


def asked(client: ChatClient, patience: Patience = PATIENCE, store: MemoryStore | None = None) -> Exchange:
    """The answer to a question that is asked as a run asks it."""
    model = Model(client, OwnPrice(2.0, 8.0, 2.0, 2.5, "test"), 1000, patience)
    asker = LiveAsker({"m": model}, store or MemoryStore(), Spending(CapSettings()))
    return asker.ask(1, "answer/0", "m", PROMPT)


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


@pytest.mark.parametrize("status", [408, 429, 500, 529])
def test_an_overloaded_server_is_asked_again(ask: Ask, status: int) -> None:
    client, provider = ask(lambda body, before: Fault(status, message="busy") if before < 2 else Reply("at last"))
    heard: list[str] = []
    with told_waits(heard.append):
        exchange = asked(client)
    assert (exchange.text, exchange.usage.retries, len(provider.requests)) == ("at last", 2, 3)
    assert [line.partition(". ")[0] for line in heard] == [f"No answer from the model's server yet: {status}: busy"] * 2


@pytest.mark.parametrize("kind", ["drop", "hang"])
def test_a_lost_connection_is_made_again(ask: Ask, kind: str) -> None:
    client, _ = ask(lambda body, before: Fault(kind=kind) if before < 1 else Reply("at last"))
    exchange = asked(client)
    assert (exchange.text, exchange.usage.retries) == ("at last", 1)


BROKEN = {
    "cut": Reply(LONG, broken_after=3),
    "bad json": Reply(LONG, broken_after=3, breakage="bad-json"),
    "overload first": Reply(LONG, broken_after=0, breakage="overload"),
    "overload later": Reply(LONG, broken_after=3, breakage="overload"),
    "silence": Reply(LONG, broken_after=3, breakage="stall"),
    "no end": Reply(LONG, broken_after=3, breakage="dribble"),
    "no word of an end": Reply(LONG, stop="silent"),
    "error with status 200": Fault(200, message="try later"),
    "page": Raw(b"<html><title>Maintenance</title></html>", "text/html"),
    "nothing": Raw(b""),
    "half a body": Raw(b'{"choices": [{"mess', "application/json"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_breaks_off_is_asked_for_again(ask: Ask, broken: Planned) -> None:
    client, provider = ask(lambda body, before: broken if before < 2 else Reply("at last"), call_s=2.0)
    store = MemoryStore()
    exchange = asked(client, store=store)
    assert (exchange.text, exchange.verdict, exchange.usage.retries) == ("at last", AnswerVerdict.OK, 2)
    assert len(provider.requests) == 3
    assert len(store.unanswered) == 2 and all(store.unanswered.values()), "each try has a row that says why"
    if not isinstance(broken, Reply):
        assert store.calls[:2] == [NOTHING, NOTHING]
    elif broken.broken_after != 0:
        assert all(0 < charged.dollars < 0.01 for charged in store.calls[:2]), "what was received is charged"


def test_the_servers_words_are_kept(ask: Ask) -> None:
    client, _ = ask(lambda body, before: BROKEN["overload later"] if before < 1 else Reply("at last"))
    store = MemoryStore()
    asked(client, store=store)
    assert "Overloaded" in store.unanswered[0]


def test_answers_that_keep_breaking_off_are_given_up(ask: Ask) -> None:
    client, provider = ask(lambda body, before: Reply(LONG, broken_after=3))
    with pytest.raises(ServerFailed, match=r"broke off 3 answers .*proposer\.broken_retries"):
        asked(client, Patience(retries=10, broken=2, longest_wait_s=0.01))
    assert len(provider.requests) == 3


def test_a_server_that_stays_away_stops_the_job_with_a_sentence(ask: Ask) -> None:
    client, provider = ask(lambda body, before: Fault(529))
    with pytest.raises(JobError, match="gave no answer after all retries; the run is kept") as caught:
        asked(client)
    assert len(provider.requests) == 4
    assert "\n" not in str(caught.value)


def test_an_answer_without_an_end_is_cut_off(ask: Ask) -> None:
    client, _ = ask(lambda body, before: Reply("word " * 2000), max_output_tokens=100)
    assert asked(client).verdict is AnswerVerdict.CUT_OFF


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, r"^localhost \(stand-in\) did not accept the key"),
        (403, "gives no permission .403.*whether the service is offered from where"),
        (404, "was not found"),
        (400, "cannot take the request"),
    ],
)
def test_a_wrong_request_is_the_users_to_fix(ask: Ask, status: int, sentence: str) -> None:
    client, provider = ask(lambda body, before: Fault(status))
    with pytest.raises(UsageError, match=sentence):
        client.complete(PROMPT)
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        ("Only user and assistant roles are supported!", "set proposer.system=false"),
        ("System role not supported", "set proposer.system=false"),
        ("Developer instruction is not enabled for this model", "set proposer.system=false"),
        ("temperature is deprecated for this model", "change the proposer settings it names"),
    ],
)
def test_a_refusal_of_the_systems_role_names_the_switch(ask: Ask, words: str, fix: str) -> None:
    client, _ = ask(lambda body, before: Fault(400, message=words))
    with pytest.raises(UsageError, match=fix):
        client.complete(PROMPT)


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply("I would rather not.", stop="refused"), AnswerVerdict.REFUSED),
        (Reply(LONG, stop="cut-off"), AnswerVerdict.CUT_OFF),
        (Reply(""), AnswerVerdict.EMPTY),
        (Reply(" \n"), AnswerVerdict.EMPTY),
    ],
)
def test_every_bad_ending_is_a_verdict(ask: Ask, reply: Reply, verdict: AnswerVerdict) -> None:
    client, _ = ask(lambda body, before: reply)
    exchange = client.complete(PROMPT)
    assert exchange.verdict is verdict
    assert exchange.usage.verdict == verdict.value
    assert exchange.usage.output == 30


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


@pytest.mark.parametrize(
    ("fault", "error", "sentence"),
    [
        (Fault(429, code="insufficient_quota"), JobError, "is used up"),
        (Fault(402), JobError, "is used up"),
        (Fault(400, message="API key not valid."), UsageError, "did not accept the key"),
        (Fault(400, code="context_length_exceeded"), PromptTooLong, "too long"),
        (Fault(413), PromptTooLong, "too long"),
        (Fault(400, message="the request exceeds the available context size"), PromptTooLong, "too long"),
        (Raw(b'[{"error": {"code": 404, "message": "no model"}}]', "application/json", 404), UsageError, "no model"),
    ],
)
def test_what_cannot_heal_ends_at_once(ask: Ask, fault: Planned, error: type[Exception], sentence: str) -> None:
    client, provider = ask(lambda body, before: fault)
    with pytest.raises(error, match=sentence):
        client.complete(PROMPT)
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"base_url": "localhost:8000/v1"}, "with its scheme"),
        ({"base_url": "http://me:word@localhost/v1"}, "holds a name or a password"),
        ({"base_url": "http://localhost:port/v1"}, "is no address"),
    ],
)
@pytest.mark.parametrize("kind", sorted(CLIENTS))
def test_an_address_that_no_server_has_is_refused(kind: str, settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence) as caught:
        CLIENTS[kind](ProposerSettings(**settings), "stand-in").connect()
    assert "word" not in str(caught.value).replace("password", "")


@pytest.mark.parametrize("key", ["sk-123456\n", "\u201csk-123456\u201d", "sk 123456"])
@pytest.mark.parametrize("kind", sorted(CLIENTS))
def test_a_key_that_cannot_be_sent_is_refused(kind: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", key)
    with pytest.raises(UsageError, match="The key in MY_KEY holds ") as caught:
        CLIENTS[kind](ProposerSettings(api_key_env="MY_KEY"), "stand-in").connect()
    assert "123456" not in str(caught.value)


@pytest.mark.parametrize("kind", sorted(CLIENTS))
def test_tls_against_a_plain_port_is_named(kind: str, httpserver: HTTPServer) -> None:
    address = httpserver.url_for("/v1").replace("http:", "https:")
    with pytest.raises(UsageError, match="speaks no TLS"):
        CLIENTS[kind](ProposerSettings(base_url=address), "stand-in").complete(PROMPT)


def test_an_unknown_host_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    client = OpenAIChatClient(ProposerSettings(base_url="http://no-such-host.invalid/v1"), "stand-in")
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    with pytest.raises(UsageError, match=r"no server named no-such-host\.invalid"):
        asked(client, Patience(retries=0))


def test_a_local_server_that_is_not_started_is_waited_for_a_short_while(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(faults, "REFUSED_S", 0.2)
    client = OpenAIChatClient(ProposerSettings(base_url=f"http://127.0.0.1:{port}/v1"), "stand-in")
    with pytest.raises(JobError, match="No server listens at"):
        asked(client, Patience(retries=1000, longest_wait_s=0.05))


def test_a_proxy_that_needs_another_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    with pytest.raises(UsageError, match="pip install socksio"):
        OpenAIChatClient(ProposerSettings(base_url="http://localhost/v1"), "stand-in").connect()


def test_a_server_may_say_how_long_to_wait(httpserver: HTTPServer) -> None:
    limited = Response("{}", status=429, headers={"Retry-After": "86400"}, content_type="application/json")
    httpserver.expect_ordered_request("/v1/chat/completions").respond_with_response(limited)
    FakeProvider(httpserver, lambda body, before: Reply("at last"))
    client = OpenAIChatClient(ProposerSettings(base_url=httpserver.url_for("/v1")), "stand-in")
    heard: list[str] = []
    with told_waits(heard.append):
        asked(client, Patience(retries=1, longest_wait_s=0.3))
    assert "Trying again in 0.3 s (1 of 1)" in heard[0]


def test_a_key_is_found_beside_the_run_and_masked_where_a_server_repeats_it(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MY_KEY", raising=False)
    Path(".env").write_text("MY_KEY=sk-secret-42\n")
    client, provider = ask(lambda body, before: Fault(401, message="bad key sk-secret-42"), api_key_env="MY_KEY")
    with pytest.raises(UsageError, match=r"bad key \*\*\*") as caught:
        client.complete(PROMPT)
    assert "sk-secret-42" not in str(caught.value)
    assert "sk-secret-42" in str(provider.headers)
    provider.script = lambda body, before: Reply("your key is sk-secret-42")
    assert client.complete(PROMPT).text == "your key is ***"
    monkeypatch.setenv("MY_KEY", "sk-environment")
    assert find_key("MY_KEY") == "sk-environment"


def test_fields_can_be_dropped_and_the_system_role_left_out(ask: Ask) -> None:
    dropped = {"stream_options": None, "store": None}
    client, provider = ask(lambda body, before: Reply("yes"), system=False, extra=dropped)
    assert asked(client).text == "yes"
    sent = provider.requests[0]
    assert not sent.keys() & {"system", "instructions", *dropped}
    assert "system" not in str(sent.get("messages"))
    assert PROMPT.prefix in prompt_of(sent) and "Write number 7" in prompt_of(sent)


def test_a_server_that_cuts_prompts_off_is_told(ask: Ask) -> None:
    client, _ = ask(lambda body, before: Reply("yes"))
    heard: list[str] = []
    model = Model(client, OwnPrice(2.0, 8.0, 2.0, 2.5, "test"), 1000, PATIENCE)
    asker = LiveAsker({"m": model}, MemoryStore(), Spending(CapSettings()))
    with told_waits(heard.append):
        for number in range(2):
            asker.ask(number, "answer/0", "m", Prompt("A long prompt. " * 100, "End."))
    assert len(heard) == 1 and "read 100 tokens of a prompt of about 43" in heard[0]
