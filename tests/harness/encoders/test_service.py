"""Requests that wait at the same time are answered together, and none is touched by another's fate."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import DOCUMENT, QUERY, EmbedOptions, EncodedBatch, Encoder, EncodeRefused
from harness.encoders.service import Embedded, EmbedService, Joiner

THREADS = 16


class Slow:
    """A real encoder that takes as long for a call as a larger one would, counts its calls and fails on one word."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.calls = 0
        self.failures = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode_batches(self, texts: Sequence[str], options: EmbedOptions = DOCUMENT) -> Iterator[EncodedBatch]:
        self.calls += 1
        time.sleep(0.01)
        if any("poison" in text for text in texts):
            self.failures += 1
            raise RuntimeError("out of memory")
        return self._encoder.encode_batches(texts, options)


@pytest.fixture
def slow(wordllama: Encoder) -> Slow:
    return Slow(wordllama)


@pytest.fixture
def service(slow: Slow) -> EmbedService:
    return CachedEncoder(slow, None)  # type: ignore[arg-type]


def together(work: Callable[[int], None]) -> None:
    """Run `work(number)` in all threads, started at the same moment."""
    start = threading.Barrier(THREADS)

    def begin(number: int) -> None:
        start.wait()
        work(number)

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)
    assert not any(thread.is_alive() for thread in threads)


def test_waiting_requests_are_joined(service: EmbedService, slow: Slow, wordllama: Encoder) -> None:
    answers: dict[str, tuple[EmbedOptions, Embedded]] = {}

    def ask(number: int) -> None:
        options = QUERY if number % 2 else EmbedOptions(max_tokens=3, dim=64)
        for i in range(20):
            text = f"text {i} of the thread numbered {number}"
            answers[text] = options, service.embed([text, text], options)

    together(ask)
    assert len(answers) == 20 * THREADS
    assert slow.calls < 20 * THREADS / 4
    for text, (options, embedded) in answers.items():
        np.testing.assert_array_equal(embedded.vectors, wordllama.encode([text, text], options))
        tokens = sum(int(batch.tokens.sum()) for batch in wordllama.encode_batches([text, text], options))
        assert embedded.cost.texts == 2 and embedded.cost.tokens == tokens and embedded.cost.seconds > 0


def test_equal_requests_are_encoded_once_and_answered_apart(service: EmbedService, slow: Slow) -> None:
    answers: list[Embedded] = []
    together(lambda number: answers.append(service.embed(["b", "a"] if number % 2 else ["a", "b"])))
    assert slow.calls == 1 and len(answers) == THREADS
    expected = service.embed(["a"]).vectors[0].copy()
    answers[0].vectors[:] = 0
    for embedded in answers[1:]:
        assert (embedded.vectors == expected).all(axis=1).sum() == 1


def test_an_error_reaches_its_own_request_only(service: EmbedService, slow: Slow) -> None:
    outcomes: Counter[str] = Counter()

    def ask(number: int) -> None:
        try:
            service.embed(["poison" if number == 3 else f"harmless {number}"])
            outcomes["answered"] += 1
        except RuntimeError:
            outcomes[f"failed {number}"] += 1

    together(ask)
    assert outcomes == {"answered": THREADS - 1, "failed 3": 1}
    assert slow.failures <= 2, "joined, then alone"


def test_what_is_refused_never_waits(service: EmbedService, slow: Slow) -> None:
    with pytest.raises(EncodeRefused):
        service.embed(["a"], EmbedOptions(role="poem"))
    assert slow.calls == 0


def test_an_interrupted_leader_leaves_the_others_to_the_next() -> None:
    entered, go_on = threading.Event(), threading.Event()
    groups: list[list[int]] = []

    def answer(kind: str, group: Sequence[int]) -> list[int]:
        groups.append(list(group))
        if len(groups) == 1:
            entered.set()
            assert go_on.wait(10)
        if 1 in group and len(groups) == 2:
            raise KeyboardInterrupt
        return [2 * number for number in group]

    joiner: Joiner[int, int] = Joiner(answer)
    results: dict[int, int | str] = {}

    def ask(number: int) -> None:
        try:
            results[number] = joiner.ask("", number)
        except KeyboardInterrupt:
            results[number] = "interrupted"

    first = threading.Thread(target=ask, args=(0,))
    first.start()
    assert entered.wait(10)
    others = [threading.Thread(target=ask, args=(number,)) for number in (1, 2, 3)]
    for thread in others:
        thread.start()
        time.sleep(0.05)
    go_on.set()
    for thread in (first, *others):
        thread.join(timeout=240)
    answered = {number: result for number, result in results.items() if result != "interrupted"}
    assert len(results) == 4 and len(answered) == 3  # whichever of the others led, it alone was interrupted
    assert all(result == 2 * number for number, result in answered.items())
    assert results[0] == 0 and len(results) == 4


def test_who_was_answered_together_is_answered_together_again() -> None:
    groups: list[int] = []

    def answer(kind: str, group: Sequence[int]) -> list[int]:
        groups.append(len(group))
        time.sleep(0.1)
        return list(group)

    joiner: Joiner[int, int] = Joiner(answer)

    def ask(first: int) -> None:
        assert [joiner.ask("", number) for number in range(first, first + 20)] == list(range(first, first + 20))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(0, 800, 100)))
    assert sum(groups) == 160
    assert len(groups) < 30  # 21 where all wait for all, 40 where one is always ahead of the others
