import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from harness.encoders.cached import CachedEncoder, CacheStats
from harness.encoders.meter import Cost
from harness.encoders.protocol import EmbedOptions, Encoder, EncodeRefused
from harness.encoders.store import EmbeddingStore

ROOM = 10**9
TEXTS = [f"sentence number {i} about harbour {i % 7}" for i in range(300)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddingStore]:
    store = EmbeddingStore(tmp_path / "store", ROOM)
    yield store
    store.close()


def test_the_answer_is_the_encoders_own(cached_wordllama: CachedEncoder, wordllama: Encoder) -> None:
    for _ in range(2):
        answer = cached_wordllama.embed(TEXTS)
        np.testing.assert_array_equal(answer.vectors, wordllama.encode(TEXTS))
        tokens = sum(int(batch.tokens.sum()) for batch in wordllama.encode_batches(TEXTS))
        assert answer.tokens == tokens
    assert cached_wordllama.identity == wordllama.identity


def test_a_text_is_encoded_once_and_charged_each_time(cached_wordllama: CachedEncoder) -> None:
    cold = cached_wordllama.embed(["a cat", "a dog", "a cat"])
    warm = cached_wordllama.embed(["a cat", "a dog", "a cat"])
    np.testing.assert_array_equal(cold.vectors[0], cold.vectors[2])
    assert warm.cost == cold.cost and cold.cost.texts == 3 and cold.seconds > 0
    assert cached_wordllama.embed(["a cat"]).cost + cached_wordllama.embed(["a cat"]).cost == Cost(
        2, 2 * cold.tokens // 3, pytest.approx(2 * cached_wordllama.embed(["a cat"]).seconds), 2
    )
    stats = cached_wordllama.stats
    assert (stats.texts_asked, stats.texts_encoded, stats.texts_hit) == (9, 2, 7)


def test_a_narrower_cut_needs_no_new_pass(cached_wordllama: CachedEncoder, wordllama: Encoder) -> None:
    cached_wordllama.embed(TEXTS)
    cut = cached_wordllama.embed(TEXTS, EmbedOptions(dim=64))
    np.testing.assert_array_equal(cut.vectors, wordllama.encode(TEXTS, EmbedOptions(dim=64)))
    assert cached_wordllama.stats.texts_encoded == len(TEXTS)


@pytest.mark.parametrize("memory_bytes", [0, 50_000, ROOM // 10])
def test_another_run_finds_it_on_disk(wordllama: Encoder, store: EmbeddingStore, memory_bytes: int) -> None:
    first = CachedEncoder(wordllama, store, memory_bytes=memory_bytes).embed(TEXTS)
    again = CachedEncoder(wordllama, store, memory_bytes=memory_bytes)
    second = again.embed(TEXTS)
    np.testing.assert_array_equal(first.vectors, second.vectors)
    assert second.cost.tokens == first.cost.tokens and second.seconds == pytest.approx(first.seconds)
    assert again.stats == CacheStats(texts_asked=len(TEXTS))


def test_variants_are_kept_apart(cached_wordllama: CachedEncoder, wordllama: Encoder) -> None:
    whole, capped = cached_wordllama.embed(TEXTS), cached_wordllama.embed(TEXTS, EmbedOptions(max_tokens=2))
    np.testing.assert_array_equal(capped.vectors, wordllama.encode(TEXTS, EmbedOptions(max_tokens=2)))
    assert not np.array_equal(whole.vectors, capped.vectors)


def test_strange_texts(cached_wordllama: CachedEncoder) -> None:
    strange = ["", "\ud800", "\udcff lone", "a\0b", "é" * 5000, ""]
    for _ in range(2):
        answer = cached_wordllama.embed(strange)
        np.testing.assert_allclose(np.linalg.norm(answer.vectors, axis=1), 1, atol=1e-5)
    assert cached_wordllama.stats.texts_encoded == 5
    assert cached_wordllama.embed([]).vectors.shape == (0, 256)


@pytest.mark.parametrize("request_", [{"dim": 999}, {"role": "poem"}, {"adapter": "x"}, {"max_tokens": 0}])
def test_a_refusal_comes_before_any_work(cached_wordllama: CachedEncoder, request_: dict[str, object]) -> None:
    with pytest.raises(EncodeRefused):
        cached_wordllama.embed(TEXTS, EmbedOptions(**request_))  # type: ignore[arg-type]
    assert cached_wordllama.stats == CacheStats()


def test_an_interruption_keeps_what_was_encoded(wordllama: Encoder, store: EmbeddingStore) -> None:
    many = [f"{text}, {i}" for i, text in enumerate(TEXTS * 10)]

    def interrupt(done: int, total: int) -> None:
        assert total == len(many)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CachedEncoder(wordllama, store, report=interrupt).embed(many)
    again = CachedEncoder(wordllama, store)
    again.embed(many)
    assert again.stats.texts_encoded == len(many) - 1024, "the first batch was kept"


def test_damage_on_disk_is_encoded_again(wordllama: Encoder, store: EmbeddingStore) -> None:
    CachedEncoder(wordllama, store).embed(TEXTS)
    assert store._connection is not None
    store._connection.execute("UPDATE vectors SET data = zeroblob(length(data)) WHERE id % 3 = 0")
    again = CachedEncoder(wordllama, store)
    np.testing.assert_array_equal(again.embed(TEXTS).vectors, wordllama.encode(TEXTS))
    assert again.stats.texts_encoded == 100


def test_threads_share_one_pass(cached_wordllama: CachedEncoder) -> None:
    answers: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: answers.append(cached_wordllama.embed(TEXTS).vectors)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6 and all(np.array_equal(answer, answers[0]) for answer in answers)
    assert cached_wordllama.stats.texts_encoded == len(TEXTS)


def test_an_answer_is_the_callers_to_change(cached_wordllama: CachedEncoder) -> None:
    for _ in range(2):
        cached_wordllama.embed(["a cat"]).vectors[:] = 0
    assert np.linalg.norm(cached_wordllama.embed(["a cat"]).vectors) == pytest.approx(1, abs=1e-5)
