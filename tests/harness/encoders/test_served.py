"""An encoder behind an address: the library's real client against a server on the loopback address."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from harness.encoders.cached import CachedEncoder
from harness.encoders.fingerprint import SENTENCES
from harness.encoders.load import load_encoder
from harness.encoders.protocol import QUERY, EmbedOptions, Encoder
from harness.encoders.served import ServedEncoder
from harness.errors import EncoderError, UsageError
from harness.settings.encoder import EncoderSettings
from harness.testing.encoders import check_encoder


class Server:
    """Serves an encoder of this package as `/v1/embeddings`; a test may change what it says."""

    def __init__(self, http: HTTPServer, encoder: Encoder) -> None:
        self.encoder, self.asked, self.keys = encoder, list[list[str]](), set[str]()
        self.change: Callable[[dict[str, Any]], None] = lambda answer: None
        self.most = 1000
        self.failures: list[int] = []
        self.settings = EncoderSettings(kind="openai-embeddings", model="m", base_url=http.url_for("/v1"))
        http.expect_request("/v1/embeddings", method="POST").respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        texts = request.get_json()["input"]
        self.asked.append(texts)
        self.keys.add(request.headers["Authorization"])
        if self.failures:
            return Response("{}", status=self.failures.pop(0), headers={"retry-after-ms": "1"})
        if len(texts) > self.most or "" in texts:
            return Response('{"error": {"message": "batch is too large"}}', status=413)
        vectors = self.encoder.encode(texts) * 3
        data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(vectors.tolist())]
        answer = {
            "object": "list",
            "model": "m-2026",
            "data": data[::-1],
            "usage": {"prompt_tokens": 10 * len(texts), "total_tokens": 10 * len(texts)},
        }
        self.change(answer)
        return Response(json.dumps(answer), content_type="application/json")

    def load(self, **more: Any) -> ServedEncoder:
        encoder = load_encoder(EncoderSettings(**{**vars(self.settings), **more}))
        assert isinstance(encoder, ServedEncoder)
        return encoder


@pytest.fixture
def server(httpserver: HTTPServer, wordllama: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return Server(httpserver, wordllama)


def test_vectors_are_the_servers_in_order_and_of_unit_length(server: Server) -> None:
    encoder = server.load(batch_size=2)
    np.testing.assert_allclose(encoder.encode(SENTENCES), server.encoder.encode(SENTENCES), atol=1e-6)
    assert (
        encoder.dim == 256 and encoder.identity.revision == "m-2026" and encoder.identity.library.startswith("openai")
    )
    assert encoder.fingerprint == server.load().fingerprint
    assert server.load(dim=64).encode(SENTENCES).shape == (5, 64)


def test_it_keeps_the_contract_of_encoders(server: Server) -> None:
    check_encoder(server.load(prompts={"query": "find: "}))


def test_prompts_roles_and_empty_texts(server: Server) -> None:
    encoder = server.load(prompts={"query": "find: "})
    server.asked.clear()
    encoder.encode(["cat"], QUERY)
    encoder.encode([""])
    assert server.asked == [["find: cat"], [" "]]


def test_tokens_are_the_servers_by_length_and_each_is_paid_once(server: Server) -> None:
    encoder = server.load(price=2.0)
    before = encoder.tokens_read
    texts = ["x" * 100, "y" * 300]
    assert [batch.tokens.tolist() for batch in encoder.encode_batches(texts)] == [[15, 5]], "the longest first"
    cached = CachedEncoder(encoder, None)
    assert cached.embed(texts).tokens == cached.embed(texts).tokens == 20
    assert encoder.tokens_read - before == 40, "once without a cache and once with one"
    assert encoder.dollars == pytest.approx(encoder.tokens_read * 2e-6)


def test_a_server_that_counts_no_tokens(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.change = lambda answer: answer.pop("usage")
    encoder = server.load()
    assert [batch.tokens.tolist() for batch in encoder.encode_batches(["x" * 40])] == [[10]]
    assert len([record for record in caplog.records if "counts no tokens" in record.getMessage()]) == 1


def test_a_token_cap_cuts_by_bytes_and_never_through_a_character(server: Server) -> None:
    encoder = server.load()
    server.asked.clear()
    encoder.encode(["x" * 50, "é" + "日本" * 20], EmbedOptions(max_tokens=4))
    assert server.asked == [["x" * 12, "é日本日"]]


def test_a_batch_that_is_too_large_is_halved_from_then_on(server: Server) -> None:
    encoder = server.load()
    server.most = 3
    server.asked.clear()
    texts = [f"text {i}" for i in range(8)]
    np.testing.assert_allclose(encoder.encode(texts), server.encoder.encode(texts), atol=1e-6)
    encoder.encode(texts)
    assert [len(texts) for texts in server.asked] == [8, 4, 2, 2, 2, 2, *(2, 2, 2, 2)]


def test_a_server_that_stumbles_is_asked_again(server: Server) -> None:
    encoder = server.load()
    server.failures = [503, 429]
    np.testing.assert_allclose(encoder.encode(["cat"]), server.encoder.encode(["cat"]), atol=1e-6)


def _waver(by: float) -> Callable[[dict[str, Any]], None]:
    """Move each number by chance, about so much of a unit vector's length in all."""
    random = np.random.default_rng(0)

    def change(answer: dict[str, Any]) -> None:
        for one in answer["data"]:
            row = np.array(one["embedding"]) / 3
            one["embedding"] = (row + random.normal(size=len(row)) * by / len(row) ** 0.5).tolist()

    return change


def test_the_fingerprint_outlasts_noise_and_not_another_model(server: Server, tmp_path: Path) -> None:
    first = server.load()
    server.change = _waver(0.01)
    assert {server.load().fingerprint for _ in range(5)} == {first.fingerprint}
    server.change = _waver(0.2)
    assert server.load().fingerprint != first.fingerprint
    server.change = lambda answer: None
    shutil.rmtree(tmp_path / "ttc-retrieval")
    (tmp_path / "ttc-retrieval").write_text("no folder")
    assert server.load().fingerprint == first.fingerprint, "without a place to remember it is the vectors' own"


def _set(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda answer: answer["data"][0].__setitem__(path, value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("embedding", [1.0] * 255 + [float("nan")]), "not finite"),
        (_set("embedding", [None] * 256), "check that it serves embeddings"),
        (_set("embedding", [1.0] * 3), "check that it serves embeddings"),
        (_set("index", 7), "1 vector for 1 text"),
        (lambda answer: answer.pop("data"), "0 vectors for 1 text"),
    ],
)
def test_answers_that_are_no_vectors_are_refused(
    server: Server, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    encoder = server.load()
    server.change = change
    with pytest.raises(EncoderError, match=words) as caught:
        encoder.encode(["one"] if "1 text" in words else ["one", "two"])
    assert "\n" not in str(caught.value)


def test_a_width_that_changes_is_refused(server: Server) -> None:
    encoder = server.load()
    server.change = lambda answer: [one.update(embedding=[1.0] * 8) for one in answer["data"]]  # type: ignore[assignment]
    with pytest.raises(EncoderError, match="vectors 8 wide, and earlier 256"):
        encoder.encode(["one"])


@pytest.mark.parametrize(
    ("status", "words"), [(401, "did not accept the key"), (404, "check encoder.model"), (400, "encoder.max_tokens")]
)
def test_what_the_server_refuses_is_one_sentence(server: Server, status: int, words: str) -> None:
    server.failures = [status] * 20
    with pytest.raises(EncoderError, match=words):
        server.load()


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.encoders.served._RETRIES", 0)
    with pytest.raises(EncoderError, match=r"start it, or check encoder\.base_url"):
        load_encoder(EncoderSettings(kind="openai-embeddings", model="m", base_url="http://127.0.0.1:1/v1"))


def test_keys_are_named_and_never_recorded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("MY_KEY", "sk-secret")
    encoder = server.load(api_key_env="MY_KEY")
    assert server.keys == {"Bearer sk-secret"}
    assert "sk-secret" not in repr((encoder.identity, dict(encoder.facts)))
    with pytest.raises(UsageError, match="set the variable OPENAI_API_KEY"):
        server.load(base_url=None)
    with pytest.raises(UsageError, match="set the variable NO_KEY"):
        server.load(api_key_env="NO_KEY")
    with pytest.raises(UsageError, match="holds a password"):
        server.load(base_url="http://me:secret@127.0.0.1/v1")
    with pytest.raises(UsageError, match=r"encoder\.price must be at least 0"):
        server.load(price=-1)
    with pytest.raises(EncoderError, match="has no adapters"):
        server.load(adapters=["retrieval"])
