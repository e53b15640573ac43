"""Tasks on an encoder of many vectors a text: what programs see as sim, and what they get beside it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.encoders.protocol import DOCUMENT, QUERY, Encoder
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.footprint import kept_bytes
from harness.evaluation.prepared import PreparedTask, Reading
from harness.evaluation.preparing import prepare
from harness.evaluation.records import outcome_record, task_record
from harness.evaluation.secret import Secret
from harness.settings.encoder import EncoderSettings
from harness.settings.tasks import TasksSettings
from harness.tasks.load import load_tasks
from harness.tasks.task import RetrievalTask
from primitives import maxsim, programs
from sandbox import Sandbox, Verdict
from tests.harness.encoders.small_models import complete
from tests.harness.small_tasks import write_task

LATE = """
from primitives import maxsim


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, q_vec, d_vec):
    again = embed_fn(q_texts, role="query", vectors=4096)
    print(abs(again.vectors - q_vec.vectors).max() < 1e-5)
    return maxsim(again, d_vec, mean=True)
"""


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> RetrievalTask:
    folder = write_task(tmp_path_factory.mktemp("task") / "small", 0)
    return load_tasks(TasksSettings(source="folder", paths=[str(folder)]))[0]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> CachedEncoder:
    folder = complete(tmp_path_factory.mktemp("model") / "small")
    options = {"vectors": 4}
    return CachedEncoder(load_encoder(EncoderSettings(kind="tokens-of", model=str(folder), options=options)), None)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(level="none") as sandbox:
        yield sandbox


@pytest.fixture(params=[Reading(), Reading(query_batch=3)], ids=["all", "three"])
def prepared(request: pytest.FixtureRequest, task: RetrievalTask, encoder: CachedEncoder) -> Iterator[PreparedTask]:
    ready = prepare(task, encoder, secret=Secret("a secret"), reading=request.param)
    yield ready
    ready.inputs.close()


def test_sim_is_the_encoders_own_in_the_order_shown(
    prepared: PreparedTask, task: RetrievalTask, encoder: CachedEncoder
) -> None:
    own = encoder.encoder.encode_many  # type: ignore[attr-defined]
    queries, documents = own(list(task.queries.values()), QUERY), own(list(task.documents.values()), DOCUMENT)
    documents = encoder.embed(list(task.documents.values()), DOCUMENT.__class__(vectors=4)).many
    expected = maxsim(queries, documents, mean=True)[prepared.order.queries][:, prepared.order.documents]
    found = np.concatenate([block for _, block in prepared.similarities()])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert not np.allclose(found, found[0])


def test_programs_get_the_vectors_and_old_programs_run_as_ever(
    prepared: PreparedTask, encoder: CachedEncoder, sandbox: Sandbox
) -> None:
    executor = LocalExecutor(encoder, sandbox, 1)
    same = executor.run(programs.source("identity"), prepared)
    late = executor.run(LATE, prepared)
    assert (same.verdict, late.verdict) == (Verdict.OK, Verdict.OK), late.reason
    assert same.value == pytest.approx(prepared.baseline.value)
    assert late.value == pytest.approx(prepared.baseline.value) and set(late.execution.stdout.split()) == {"True"}
    assert (same.cost.texts, late.cost.texts) == (0, prepared.inputs.n_queries)
    executor.close()


POOLED = """
from primitives import maxsim, pool_vectors


def index(d_emb, *, embed_fn, d_texts, d_vec):
    embed_fn(d_texts, vectors=2)
    return pool_vectors(d_vec, 2)


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, q_vec, index):
    embed_fn(q_texts)
    return maxsim(q_vec, index, mean=True)
"""


def test_vectors_and_what_is_kept_are_counted(prepared: PreparedTask, encoder: CachedEncoder, sandbox: Sandbox) -> None:
    layout, executor = prepared.inputs.layout, LocalExecutor(encoder, sandbox, 1)
    assert prepared.cost.vectors == layout.q_vectors + layout.d_vectors > prepared.cost.texts
    same, pooled, late = (executor.run(each, prepared) for each in (programs.source("identity"), POOLED, LATE))
    executor.close()
    assert pooled.verdict is Verdict.OK, pooled.reason
    # Four vectors a document behind sim; of two that the index pools, the index itself is kept and nothing else.
    assert (same.kept_bytes, pooled.kept_bytes) == (4 * layout.dim * layout.d_vectors, 0)
    assert late.kept_bytes == same.kept_bytes and pooled.execution.index_bytes > 0
    assert (same.cost.vectors, late.cost.vectors) == (0, layout.q_vectors)
    assert pooled.index_cost.vectors == 2 * layout.n_documents and pooled.cost.vectors == (
        pooled.index_cost.vectors + layout.n_queries
    )
    assert prepared.similarity_s is not None and prepared.similarity_s > 0
    assert (same.similarity_s, pooled.similarity_s, late.similarity_s) == (prepared.similarity_s, 0.0, 0.0)
    recorded = outcome_record(pooled, "none")
    assert (recorded.vectors, recorded.kept_bytes) == (pooled.cost.vectors, 0)


def test_vectors_that_are_stored_small_are_counted_small(task: RetrievalTask, tmp_path: Path) -> None:
    settings = EncoderSettings(
        kind="tokens-of", model=str(complete(tmp_path / "small")), options={"vectors": 4, "stored": "int8"}
    )
    ready = prepare(task, CachedEncoder(load_encoder(settings), None))
    with closing(ready.inputs):
        layout = ready.inputs.layout
        assert kept_bytes(programs.source("identity"), ready) == layout.dim * layout.d_vectors


def test_where_a_text_has_one_vector_there_is_nothing_to_count(
    task: RetrievalTask, wordllama: Encoder, sandbox: Sandbox
) -> None:
    ready, one = prepare(task, CachedEncoder(wordllama, None)), CachedEncoder(wordllama, None)
    executor = LocalExecutor(one, sandbox, 1)
    outcome, words = (executor.run(programs.source(name), ready) for name in ("identity", "bm25"))
    executor.close()
    ready.inputs.close()
    recorded, costs = outcome_record(outcome, "none"), task_record(ready)
    assert (recorded.vectors, recorded.index_vectors, recorded.similarity_s, costs.baseline_vectors) == 4 * (None,)
    assert (outcome.kept_bytes, words.kept_bytes) == (4 * wordllama.dim * ready.inputs.n_documents, 0)
