"""Tasks on an encoder of many vectors a text: what programs see as sim, and what they get beside it."""

from collections.abc import Iterator

import numpy as np
import pytest

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.encoders.protocol import DOCUMENT, QUERY
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.prepared import PreparedTask, Reading, prepare
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
