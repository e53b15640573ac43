"""One program on real tasks: verdicts, pooled cost, and what the harness does about its own failures."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import pytest

from harness.encoders.cached import CachedEncoder
from harness.encoders.protocol import DOCUMENT, EmbedOptions, EncodedBatch, Encoder, FloatMatrix
from harness.errors import JobError
from harness.evaluation.evaluator import Evaluator
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.preparing import prepare_all
from harness.tasks.task import RetrievalTask, make_task
from sandbox import Sandbox
from sandbox.verdicts import Verdict

HEAD = "import numpy as np\n\ndef rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n"


def program(body: str) -> str:
    return HEAD + "".join(f"    {line}\n" for line in body.splitlines())


def small_task(name: str, n_documents: int) -> RetrievalTask:
    documents = {f"d{number}": f"A text about subject {number} of {name}." for number in range(n_documents)}
    queries = {f"q{number}": f"What is said about subject {number}?" for number in range(4)}
    return make_task(
        name=name,
        source="folder",
        queries=queries,
        documents=documents,
        qrels={query: {query.replace("q", "d"): 1} for query in queries},
    )


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=2, level="weak") as running:
        yield running


@pytest.fixture
def evaluator(cached_wordllama: CachedEncoder, sandbox: Sandbox) -> Iterator[Evaluator]:
    tasks = [small_task("small", 12), small_task("middle", 30), small_task("large", 60)]
    executor = LocalExecutor(cached_wordllama, sandbox, workers=2)
    with prepare_all(tasks, cached_wordllama) as ready, closing(executor):
        yield Evaluator(ready, executor)


def test_identity_changes_nothing_and_costs_nothing(evaluator: Evaluator) -> None:
    evaluation = evaluator.evaluate(program("return sim"))
    assert [outcome.task for outcome in evaluation.outcomes] == ["small", "middle", "large"]
    assert all(outcome.delta == 0.0 for outcome in evaluation.outcomes)
    assert (evaluation.mean_delta, evaluation.cost_ratio) == (0.0, 1.0)
    assert (evaluation.wins, evaluation.ties, evaluation.losses) == (0, 3, 0)


def test_cost_is_pooled_and_counts_repeats_and_refused_requests(evaluator: Evaluator) -> None:
    once = evaluator.evaluate(program("embed_fn(q_texts, role='query')\nreturn sim"))
    base, queries = 102 + 12, 12
    assert once.cost_ratio == pytest.approx(1 + queries / base)
    twice = evaluator.evaluate(program("embed_fn(q_texts + q_texts)\nreturn sim"))
    assert twice.cost_ratio == pytest.approx(1 + 2 * queries / base)
    refused = program("try:\n    embed_fn(q_texts, adapter='none')\nexcept ValueError:\n    pass\nreturn sim")
    assert evaluator.evaluate(refused).cost_ratio == pytest.approx(1 + queries / base)


def test_a_program_that_fails_on_one_task_has_no_mean(evaluator: Evaluator) -> None:
    evaluation = evaluator.evaluate(program("if len(d_texts) == 30:\n    raise ValueError('no thirty')\nreturn sim"))
    assert evaluation.mean_delta is None
    assert evaluation.cost_ratio is None
    assert evaluation.failure is not None
    assert (evaluation.failure.task, evaluation.failure.verdict) == ("middle", Verdict.EXCEPTION)
    assert evaluation.failure.value is None
    assert "no thirty" in evaluation.failure.reason


def test_a_failure_on_the_probe_ends_the_evaluation(evaluator: Evaluator) -> None:
    evaluation = evaluator.evaluate(program("return sim[:1]"))
    assert [(outcome.task, outcome.verdict) for outcome in evaluation.outcomes] == [("small", Verdict.BAD_SHAPE)]


def test_the_same_program_has_the_same_outcomes(evaluator: Evaluator) -> None:
    source = program("return sim + embed_fn(q_texts) @ embed_fn(d_texts).T")
    first, second = evaluator.evaluate(source), evaluator.evaluate(source)
    assert [o.score_hash for o in first.outcomes] == [o.score_hash for o in second.outcomes]
    assert [o.cost.texts for o in first.outcomes] == [o.cost.texts for o in second.outcomes]


class Failing:
    """A real encoder that fails on texts with a certain word, as one out of memory would; so many times."""

    def __init__(self, encoder: Encoder, word: str, failures: int) -> None:
        self._encoder, self._word, self.failures = encoder, word, failures

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode(self, texts: Sequence[str], options: EmbedOptions = DOCUMENT) -> FloatMatrix:
        self._fail(texts)
        return self._encoder.encode(texts, options)

    def encode_batches(self, texts: Sequence[str], options: EmbedOptions = DOCUMENT) -> Iterator[EncodedBatch]:
        self._fail(texts)
        return self._encoder.encode_batches(texts, options)

    def _fail(self, texts: Sequence[str]) -> None:
        if self.failures and any(self._word in text for text in texts):
            self.failures -= 1
            raise RuntimeError("out of memory")


ASKS = program("embed_fn([text + ' giant' for text in q_texts])\nreturn sim")


@contextmanager
def failing(wordllama: Encoder, sandbox: Sandbox, word: str, failures: int) -> Iterator[Evaluator]:
    encoder = Failing(wordllama, word, 0)
    cached = CachedEncoder(encoder, None)  # type: ignore[arg-type]
    with prepare_all([small_task("small", 12), small_task("large", 60)], cached) as ready:
        encoder.failures = failures
        with closing(LocalExecutor(cached, sandbox, workers=1)) as executor:
            yield Evaluator(ready, executor)


def test_a_passing_failure_of_the_harness_is_tried_again(wordllama: Encoder, sandbox: Sandbox) -> None:
    with failing(wordllama, sandbox, "giant", 1) as evaluator:
        evaluation = evaluator.evaluate(ASKS)
    assert evaluation.failure is None
    assert evaluation.cost_ratio == pytest.approx(1 + 8 / 80)


def test_texts_that_the_encoder_cannot_take_are_a_verdict_and_no_number(wordllama: Encoder, sandbox: Sandbox) -> None:
    with failing(wordllama, sandbox, "giant", 99) as evaluator:
        evaluation = evaluator.evaluate(ASKS)
        assert evaluator.evaluate(program("return sim")).failure is None
    assert evaluation.failure is not None
    assert evaluation.failure.verdict is Verdict.HARNESS_ERROR
    assert "The encoder failed (RuntimeError: out of memory)" in evaluation.failure.reason
    assert (evaluation.mean_delta, evaluation.failure.value) == (None, None)


def test_an_encoder_that_fails_on_anything_ends_the_job(wordllama: Encoder, sandbox: Sandbox) -> None:
    with (
        failing(wordllama, sandbox, "", 99) as evaluator,
        pytest.raises(JobError, match="harness failed 3 times on task small"),
    ):
        evaluator.evaluate(ASKS)


def test_closing_waits_for_what_still_runs(cached_wordllama: CachedEncoder) -> None:
    with prepare_all([small_task("small", 12)], cached_wordllama) as ready, Sandbox(level="none") as own:
        executor = LocalExecutor(cached_wordllama, own, workers=1)
        straggler = executor.submit(program("while True: pass"), ready[0])
        time.sleep(0.3)
        own.close()
        executor.close()
        assert straggler.done()
