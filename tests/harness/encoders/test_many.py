"""Encoders of many vectors a text, on a tiny model with the parts of a real one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from harness.encoders.cached import CachedEncoder, CacheStats
from harness.encoders.load import load_encoder
from harness.encoders.protocol import EmbedOptions, Encoder, EncodeRefused
from harness.encoders.store import EmbeddingStore
from harness.errors import EncoderError, UsageError
from harness.settings.encoder import EncoderSettings
from harness.testing import ContractBroken, check_encoder
from primitives import maxsim
from tests.harness.encoders.small_models import WIDTH, complete

TEXTS = ["the harbour was closed for three days", "storm", "", "passports are renewed before the summer"]
MOST = EmbedOptions(vectors=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return complete(tmp_path_factory.mktemp("model") / "small")


@pytest.fixture(scope="module")
def tokens(folder: Path) -> Encoder:
    return load_encoder(EncoderSettings(kind="tokens-of", model=str(folder), options={"vectors": 3}))


def test_the_contract_holds_and_the_one_vector_is_the_models_own(tokens: Encoder, folder: Path) -> None:
    check_encoder(tokens)
    plain = load_encoder(EncoderSettings(kind="sentence-transformers", model=str(folder)))
    np.testing.assert_array_equal(tokens.encode(TEXTS), plain.encode(TEXTS))
    assert tokens.fingerprint != plain.fingerprint and tokens.name == "small-tokens"


def test_the_contract_test_finds_what_is_broken(tokens: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.encoders import token_vectors

    monkeypatch.setattr(token_vectors, "pooled_tokens", lambda rows, most: rows)
    with pytest.raises(ContractBroken, match="vectors=1 gives a text at most 1"):
        check_encoder(tokens)


def test_the_vectors_are_those_of_the_tokens(tokens: Encoder, folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    own = SentenceTransformer(str(folder), device="cpu").encode(TEXTS, output_value="token_embeddings")
    found = tokens.encode_many(TEXTS, EmbedOptions())  # type: ignore[attr-defined]
    for text, rows in enumerate(own):
        expected = rows.numpy() / np.linalg.norm(rows.numpy(), axis=1, keepdims=True)
        np.testing.assert_allclose(found.of(text), expected, atol=1e-5)
    pooled = tokens.encode_many(TEXTS, MOST)  # type: ignore[attr-defined]
    assert pooled.sizes.tolist() == [min(3, size) for size in found.sizes]
    np.testing.assert_allclose(np.linalg.norm(pooled.vectors, axis=1), 1, atol=1e-5)
    scores = tokens.similarity(found, pooled)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(scores, maxsim(found, pooled, mean=True))


@pytest.mark.parametrize("memory_bytes", [0, 6000, 10**7])
def test_the_cache_keeps_them_in_memory_and_on_disk(tokens: Encoder, tmp_path: Path, memory_bytes: int) -> None:
    expected = tokens.encode_many(TEXTS, MOST)  # type: ignore[attr-defined]
    stats = []
    for _ in range(2):
        store = EmbeddingStore(tmp_path, 10**8)
        cached = CachedEncoder(tokens, store, memory_bytes=memory_bytes)
        for _ in range(2):
            answer = cached.embed([*TEXTS, TEXTS[0]], MOST)
            assert answer.many is not None and answer.asked is answer.many
            np.testing.assert_allclose(answer.many.take(np.arange(4)).vectors, expected.vectors, atol=1e-5)
            np.testing.assert_array_equal(answer.many.of(4), answer.many.of(0))
            np.testing.assert_allclose(answer.vectors[:4], tokens.encode(TEXTS), atol=1e-5)
            assert answer.cost.texts == 5 and answer.cost.tokens > 5
        narrow = cached.embed(TEXTS, EmbedOptions(vectors=3, dim=8)).many
        assert narrow is not None and narrow.vectors.shape == (len(expected.vectors), 8)
        stats.append(cached.stats)
        store.close()
    assert [each.texts_encoded for each in stats] == [4, 0]
    assert stats[1] == CacheStats(texts_asked=14)


@pytest.mark.parametrize(("stored", "loss"), [("float16", 2e-3), ("int8", 2e-2)])
def test_fewer_bytes_give_the_same_bits_from_everywhere(
    tokens: Encoder, folder: Path, tmp_path: Path, stored: str, loss: float
) -> None:
    options = {"vectors": 3, "stored": stored}
    encoder = load_encoder(EncoderSettings(kind="tokens-of", model=str(folder), options=options))
    check_encoder(encoder)
    assert encoder.fingerprint != tokens.fingerprint
    whole = tokens.encode_many(TEXTS, MOST).vectors  # type: ignore[attr-defined]
    answers = []
    for memory_bytes in (0, 10**7):
        store = EmbeddingStore(tmp_path, 10**8)
        cached = CachedEncoder(encoder, store, memory_bytes=memory_bytes)
        answers += [cached.embed(TEXTS, MOST).many for _ in range(2)]
        assert cached.stats.texts_encoded == (4 if memory_bytes == 0 else 0)
        store.close()
    for many in answers:
        assert many is not None and answers[0] is not None
        np.testing.assert_array_equal(many.vectors, answers[0].vectors)
        assert 0 < np.abs(many.vectors - whole).max() < loss
    with closing(sqlite3.connect(tmp_path / "embeddings-1.sqlite")) as connection:
        (longest,) = connection.execute("SELECT max(length(data)) FROM vectors").fetchone()
    assert longest == 4 * WIDTH + 3 * WIDTH * np.dtype(stored).itemsize


def test_other_counts_and_one_vector_are_other_entries(tokens: Encoder, tmp_path: Path) -> None:
    cached = CachedEncoder(tokens, EmbeddingStore(tmp_path, 10**8))
    sizes = [cached.embed(TEXTS[:1], EmbedOptions(vectors=vectors)).many for vectors in (2, 3, 2)]
    assert [many.sizes.tolist() for many in sizes if many is not None] == [[2], [3], [2]]
    assert cached.embed(TEXTS[:1]).many is None
    assert cached.stats.texts_encoded == 3


def test_what_a_store_holds_first_wins(tokens: Encoder, tmp_path: Path) -> None:
    first, second = (CachedEncoder(tokens, EmbeddingStore(tmp_path, 10**8)) for _ in range(2))
    before = first.embed(TEXTS[:2], MOST).many
    after = second.embed(TEXTS[::-1], MOST).many
    assert before is not None and after is not None
    np.testing.assert_array_equal(after.of(3), before.of(0))
    np.testing.assert_array_equal(after.of(2), before.of(1))


def test_nonsense_is_refused(tokens: Encoder, cached_wordllama: CachedEncoder, folder: Path) -> None:
    with pytest.raises(EncodeRefused, match="gives a text one vector"):
        cached_wordllama.embed(TEXTS, MOST)
    with pytest.raises(EncodeRefused, match="whole number from 1 to 4096"):
        tokens.variant(EmbedOptions(vectors=0))
    with pytest.raises(UsageError, match=r"encoder\.options\.vectors must be a whole number"):
        load_encoder(EncoderSettings(kind="tokens-of", model=str(folder), options={"vectors": "many"}))
    with pytest.raises(UsageError, match=r"encoder\.options\.stored must be one of float32, float16, int8, not 'int4'"):
        load_encoder(EncoderSettings(kind="tokens-of", model=str(folder), options={"stored": "int4"}))
    with pytest.raises(EncoderError, match="gives no vectors of tokens"):
        load_encoder(EncoderSettings(kind="tokens-of", model="wordllama"))
    assert tokens.dim == WIDTH
