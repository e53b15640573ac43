"""Programs with an index, queries in batches, and queries with documents of their own."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from sandbox import Limits, Sandbox, TaskInputs, Verdict
from sandbox.portable.launcher import PortableLauncher
from sandbox.rules import check
from sandbox.zygote_handle import ZygoteConfig
from tests.sandbox.conftest import D_EMB, D_TEXTS, Q_EMB, Q_TEXTS, SIM, embed

INDEXED = """
import numpy as np


def index(d_emb, *, embed_fn, d_texts):
    return {"vectors": embed_fn([text[:3] for text in d_texts]), "lengths": np.array([len(text) for text in d_texts])}


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):
    assert len(index["lengths"]) == len(d_texts) == sim.shape[1] and len(q_texts) == len(sim) == len(q_emb)
    embed_fn(q_texts)
    return sim + index["lengths"] / 100
"""
LENGTHS = np.array([len(text) for text in D_TEXTS]) / 100
SHORTLIST = np.array([[0, 2, 4], [1, 3, -1], [0, 1, 2]])

Run = object


@pytest.fixture(params=["sandbox", "portable"])
def backend(request: pytest.FixtureRequest) -> Iterator[Sandbox | PortableLauncher]:
    if request.param == "sandbox":
        with Sandbox() as sandbox:
            yield sandbox
    else:
        launcher = PortableLauncher(ZygoteConfig(True, 0, 0), 1)
        yield launcher
        launcher.close()


def create(batch: int | None = None, shortlist: NDArray[np.int64] | None = None) -> TaskInputs:
    sim = SIM if shortlist is None else np.take_along_axis(SIM, np.maximum(shortlist, 0), axis=1)
    return TaskInputs.create(Q_EMB, D_EMB, sim, Q_TEXTS, D_TEXTS, batch=batch, shortlist=shortlist)


def run(backend: Sandbox | PortableLauncher, source: str, inputs: TaskInputs, **given: object):
    if isinstance(backend, Sandbox):
        return backend.run(source, inputs, embed=embed, **given)  # type: ignore[arg-type]
    return backend.run(source, inputs, embed, Limits.for_inputs(inputs), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("batch", [None, 1, 2, 7])
def test_an_index_is_made_once_however_queries_come(backend: Sandbox | PortableLauncher, batch: int | None) -> None:
    with create(batch) as inputs:
        execution = run(backend, INDEXED, inputs)
    assert execution.verdict is Verdict.OK, execution.reason
    np.testing.assert_allclose(execution.scores, SIM + LENGTHS, rtol=1e-6)
    assert execution.index is not None
    assert (execution.index.texts, [call.texts for call in execution.calls]) == (
        len(D_TEXTS), {None: [3], 1: [1, 1, 1], 2: [2, 1], 7: [3]}[batch],
    )  # fmt: skip
    assert execution.embed_texts == len(D_TEXTS) + len(Q_TEXTS)
    assert execution.index_bytes >= 4 * len(D_TEXTS) * Q_EMB.shape[1] + 8 * len(D_TEXTS)
    assert all(call.cpu_s >= 0 for call in execution.calls)


def test_scores_may_be_taken_batch_by_batch(backend: Sandbox | PortableLauncher) -> None:
    taken: list[tuple[int, NDArray[np.float32]]] = []
    with create(batch=2) as inputs:
        execution = run(backend, INDEXED, inputs, take=lambda first, scores: taken.append((first, scores)))
    assert execution.verdict is Verdict.OK
    assert execution.scores is None
    assert [(first, scores.shape) for first, scores in taken] == [(0, (2, 5)), (2, (1, 5))]
    np.testing.assert_allclose(np.concatenate([scores for _, scores in taken]), SIM + LENGTHS, rtol=1e-6)


@pytest.mark.parametrize("indexed", [True, False])
def test_a_query_ranks_its_own_documents(backend: Sandbox | PortableLauncher, indexed: bool) -> None:
    source = INDEXED if indexed else PLAIN
    with create(shortlist=SHORTLIST) as inputs:
        execution = run(backend, source, inputs)
    assert execution.verdict is Verdict.OK, execution.reason
    expected = np.take_along_axis(SIM + LENGTHS, np.maximum(SHORTLIST, 0), axis=1)
    expected[1, 2] = expected[1, :2].min()
    np.testing.assert_allclose(execution.scores, expected, rtol=1e-6)
    # What is embedded for a query's own documents is embedded when it is asked.
    assert execution.index is None
    assert sum(call.texts for call in execution.calls) == (3 + 8 if indexed else 0)


PLAIN = """
import numpy as np


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    assert len(q_texts) == 1 and len(d_emb) == len(d_texts)
    return sim + np.array([len(text) for text in d_texts]) / 100
"""


@pytest.mark.parametrize(
    ("body", "verdict", "words"),
    [
        ("return [q for q in (object(),)]", Verdict.EXCEPTION, "of type object"),
        ("return {1: 2}", Verdict.EXCEPTION, "keys are not texts"),
        ("return np.array([None])", Verdict.EXCEPTION, "array of objects"),
        ("return embed_fn(d_texts) * (1 / 0)", Verdict.EXCEPTION, "ZeroDivisionError"),
        ("d_emb[:] = 0", Verdict.EXCEPTION, "read-only"),
        ("while True: pass", Verdict.TIMEOUT, "longer"),
    ],
)
def test_an_index_that_fails_is_the_programs_fault(body: str, verdict: Verdict, words: str) -> None:
    source = (
        f"import numpy as np\n\n\ndef index(d_emb, *, embed_fn, d_texts):\n    {body}\n\n\n"
        "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, index):\n    return sim\n"
    )
    with Sandbox() as sandbox, create() as inputs:
        execution = sandbox.run(
            source, inputs, embed=embed, limits=Limits(wall_s=0.5 if verdict is Verdict.TIMEOUT else 30.0)
        )
    assert execution.verdict is verdict
    assert words in execution.reason


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        ("sim[:, :2]", Verdict.BAD_SHAPE),
        ("sim * np.nan", Verdict.NON_FINITE),
        ("sim * 1j", Verdict.BAD_DTYPE),
        ("sim * 0", Verdict.CONSTANT),
        ("sim * (q_texts[0] == 'green tea')", Verdict.OK),
        ("sim / (q_texts[0] != 'green tea')", Verdict.NON_FINITE),
    ],
)
def test_each_batch_is_judged(result: str, verdict: Verdict) -> None:
    source = (
        "import numpy as np\n\n\ndef rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n"
        f"    with np.errstate(all='ignore'):\n        return {result}\n"
    )
    with Sandbox() as sandbox, create(batch=1) as inputs:
        execution = sandbox.run(source, inputs, embed=embed)
    assert execution.verdict is verdict, execution.reason
    if verdict is Verdict.NON_FINITE and "!=" in result:
        assert "row 2" in execution.reason


def test_a_batch_gets_its_own_similarities_and_no_others() -> None:
    """Nothing of the matrix but the batch at hand is ever asked for."""
    asked: list[tuple[int, int]] = []

    def similarity(first: int, end: int) -> NDArray[np.float32]:
        asked.append((first, end))
        return SIM[first:end]

    source = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):\n    sim += 1\n    return sim\n"
    with Sandbox() as sandbox, TaskInputs.create(Q_EMB, D_EMB, similarity, Q_TEXTS, D_TEXTS, batch=1) as inputs:
        execution = sandbox.run(source, inputs, embed=embed)
    np.testing.assert_array_equal(execution.scores, SIM + 1)
    assert asked == [(0, 1), (1, 2), (2, 3)]


def test_memory_grows_with_texts_and_documents() -> None:
    def limits(n: int, chars: int, **factors: float) -> Limits:
        one = np.ones((1, 1), np.float32)
        texts = ["x" * (chars + i) for i in range(n)]
        with TaskInputs.create(one, np.ones((n, 1)), np.ones((1, n)), ["q"], texts) as inputs:
            return Limits.for_inputs(inputs, **factors)

    # A thousand float64 values a document, in three copies; every word of long reports with its neighbours.
    assert limits(11_429, 1).memory_bytes - limits(1, 1).memory_bytes > 3 * 8 * 1024 * 11_429
    assert limits(10, 1000_000).memory_bytes - limits(10, 1).memory_bytes > 64 * 10_000_000
    assert limits(10, 1000_000).cpu_s > limits(10, 1).cpu_s + 10
    assert limits(10, 10, time=2.0).wall_s == 2 * limits(10, 10).wall_s
    assert limits(10, 10, memory=0.5).memory_bytes == limits(10, 10).memory_bytes // 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (INDEXED, None),
        (INDEXED.replace("def index(d_emb, *, embed_fn, d_texts)", "def index(d_emb, d_texts)"), "SIGNATURE"),
        (INDEXED.replace("def index(", "def other("), "SIGNATURE"),
        (INDEXED.replace("d_texts, index)", "d_texts)"), None),
        (PLAIN + "\n\ndef index(words):\n    return words\n", None),
        (INDEXED + "\n\ndef index(d_emb, *, embed_fn, d_texts):\n    return 1\n", "SIGNATURE"),
    ],
)
def test_the_rules_know_the_document_side(text: str, code: str | None) -> None:
    assert {violation.code for violation in check(text)} == ({code} if code else set())
