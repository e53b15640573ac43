"""Representative tokens with weights of words: through cache, tasks, counts and the commands of people."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForMaskedLM
from typer.testing import CliRunner

from harness.cli import app
from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.encoders.protocol import EmbedOptions
from harness.encoders.store import EmbeddingStore
from harness.encoders.worded import WORD_BYTES, WordedVectors
from harness.errors import UsageError
from harness.evaluation.footprint import kept_bytes
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.preparing import prepare
from harness.evaluation.secret import Secret
from harness.export.encoder_facts import of_settings
from harness.settings.encoder import EncoderSettings
from harness.settings.tasks import TasksSettings
from harness.tasks.load import load_tasks
from harness.tasks.task import RetrievalTask
from primitives import maxsim, programs
from tests.harness.encoders.small_models import WIDTH, bare, shape
from tests.harness.small_tasks import write_task

TEXTS = ["the harbour was closed because of the storm", "aspirin", "", "of the", "storm"]
ASKED = EmbedOptions(vectors=3)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> EncoderSettings:
    torch.manual_seed(0)
    model = BertForMaskedLM(BertConfig(**shape(vocab_size=410, max_position_embeddings=400)))
    folder = bare(tmp_path_factory.mktemp("language") / "small", model, mask_token="[MASK]", cls_token="[CLS]")
    options = {"vectors": 3, "query_vectors": 2, "sparse": True, "stored": "float16"}
    return EncoderSettings(kind="representative-tokens", model=str(folder), options=options)


@pytest.fixture(scope="module")
def encoder(settings: EncoderSettings) -> Any:
    return load_encoder(settings)


@pytest.fixture(scope="module")
def task_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_task(tmp_path_factory.mktemp("task") / "small", 0)


@pytest.fixture(scope="module")
def task(task_folder: Path) -> RetrievalTask:
    return load_tasks(TasksSettings(source="folder", paths=[str(task_folder)]))[0]


@pytest.fixture
def prepared(task: RetrievalTask, encoder: Any) -> Iterator[PreparedTask]:
    ready = prepare(task, CachedEncoder(encoder, None), secret=Secret("a secret"))
    yield ready
    ready.inputs.close()


def same(one: Any, other: WordedVectors) -> None:
    np.testing.assert_array_equal(one.vectors, other.vectors)
    np.testing.assert_array_equal(one.words.toarray(), other.words.toarray())


def test_weights_come_back_from_memory_and_disk_as_they_were(encoder: Any, tmp_path: Path) -> None:
    answers = []
    for memory_bytes in (0, 10**7):
        store = EmbeddingStore(tmp_path, 10**8)
        cached = CachedEncoder(encoder, store, memory_bytes=memory_bytes)
        answers += [cached.embed(texts, ASKED).many for texts in (TEXTS[:2], TEXTS, TEXTS[::-1])]
        assert cached.stats.texts_encoded == (len(TEXTS) if memory_bytes == 0 else 0)
        store.close()
    (_, first, turned), again = answers[:3], answers[3:]
    assert isinstance(first, WordedVectors) and first.words[0].nnz and not first.words[3].nnz
    same(turned, first.take(np.arange(len(TEXTS))[::-1]))
    for one, other in zip(again, answers, strict=False):
        same(one, other)
    fresh = encoder.encode_many(TEXTS, ASKED)
    np.testing.assert_array_equal(first.words.toarray() > 0, fresh.words.toarray() > 0)


def test_a_damaged_entry_is_encoded_again(encoder: Any, tmp_path: Path) -> None:
    with closing(EmbeddingStore(tmp_path, 10**8)) as store:
        before = CachedEncoder(encoder, store).embed(TEXTS, ASKED).many
    with closing(sqlite3.connect(tmp_path / "embeddings-1.sqlite")) as connection, connection:
        connection.execute("UPDATE vectors SET data = substr(data, 1, length(data) - 5) WHERE id = 2")
        connection.execute("UPDATE vectors SET data = zeroblob(12) WHERE id = 3")
    with closing(EmbeddingStore(tmp_path, 10**8)) as store:
        cached = CachedEncoder(encoder, store)
        after = cached.embed(TEXTS, ASKED).many
        assert cached.stats.texts_encoded == 2
    assert isinstance(before, WordedVectors) and after is not None
    np.testing.assert_array_equal(after.offsets, before.offsets)


def test_sim_is_both_similarities_fused(prepared: PreparedTask, task: RetrievalTask, encoder: Any) -> None:
    queries = encoder.encode_many(list(task.queries.values()), EmbedOptions(role="query", vectors=2))
    documents = encoder.encode_many(list(task.documents.values()), ASKED)
    dense = maxsim(queries, documents, mean=True, floor=0)
    words = queries.words.toarray().astype(float) @ documents.words.toarray().astype(float).T
    expected = np.zeros_like(words)
    for row in range(len(words)):
        for scores in (dense[row], words[row]):
            width = scores.max() - scores.min()
            expected[row] += (scores - scores.min()) / width / 2 if width else 0
    expected = expected[prepared.order.queries][:, prepared.order.documents]
    found = np.concatenate([block for _, block in prepared.similarities()])
    np.testing.assert_allclose(found, expected, atol=0.02)
    assert np.abs(found - dense[prepared.order.queries][:, prepared.order.documents]).max() > 0.1


def test_words_count_among_the_bytes_that_are_kept_for_sim(
    prepared: PreparedTask, task: RetrievalTask, encoder: Any
) -> None:
    documents = encoder.encode_many(list(task.documents.values()), ASKED)
    vectors = 2 * WIDTH * len(documents.vectors)
    assert kept_bytes(programs.source("identity"), prepared) == vectors + WORD_BYTES * documents.words.nnz
    head = "def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, d_vec):\n    return d_vec.vectors\n"
    assert kept_bytes(head, prepared) == vectors


def test_a_package_refuses_what_it_cannot_carry(settings: EncoderSettings) -> None:
    with pytest.raises(UsageError, match=r"weighs words beside its vectors.*encoder\.options\.sparse=false"):
        of_settings(settings)
    with pytest.raises(UsageError, match="must be true or false, not 'perhaps'"):
        load_encoder(EncoderSettings(kind=settings.kind, model=settings.model, options={"sparse": "perhaps"}))


def test_the_commands_take_such_an_encoder(settings: EncoderSettings, task_folder: Path, tmp_path: Path) -> None:
    words = ["encoder.kind=representative-tokens", f"encoder.model={settings.model}", "encoder.options.sparse=true"]
    words += ["tasks=folder", f"tasks.paths=[{task_folder}]", f"cache.folder={tmp_path}", "sandbox.level=none"]
    fused = CliRunner().invoke(app, ["evaluate", "identity", *words])
    assert fused.exit_code == 0, fused.output
    plain = CliRunner().invoke(app, ["evaluate", "identity", *(word.replace("=true", "=false") for word in words)])
    assert plain.exit_code == 0, plain.output
    kept = [int(re.findall(r"(\d+) bytes kept", done.output.replace(",", ""))[0]) for done in (plain, fused)]
    assert kept[0] < kept[1]
    found = CliRunner().invoke(app, ["discover", "search.generations=1", f"archive.path={tmp_path / 'a.db'}", *words])
    assert found.exit_code == 0, found.output
