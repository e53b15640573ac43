"""Programs over many vectors a text put to use: the same scores as measured, one question at a time."""

import ast
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.encoders.cached import CachedEncoder
from harness.encoders.load import load_encoder
from harness.encoders.many import ManyVectors
from harness.encoders.open_model import open_model
from harness.errors import UsageError
from harness.evaluation.executor import LocalExecutor
from harness.evaluation.measures import NDCG_AT_10, Judgments
from harness.evaluation.preparing import prepare_all
from harness.export.encoder_facts import of_settings
from harness.export.facts import gather
from harness.export.package import write_package
from harness.export.standalone.faults import RetrieverError
from harness.export.standalone.many_opening import open_encoder
from harness.export.standalone.many_retriever import ManyRetriever
from harness.export.standalone.running import Program
from harness.settings.encoder import EncoderSettings
from harness.tasks.folder import load_folder
from harness.tasks.task import RetrievalTask
from primitives import maxsim, multi_vectors, programs
from sandbox import Sandbox, Verdict
from tests.harness.encoders.small_models import complete
from tests.harness.export.conftest import IDS, TEXTS, module_of
from tests.harness.small_tasks import write_task

CENTROIDS = """
from primitives import centroid_index, maxsim, prune_vectors, zscore_fusion


def index(d_emb, *, embed_fn, d_texts, d_vec):
    heads = embed_fn([text[:20] for text in d_texts], vectors=2)
    return {"near": centroid_index(d_vec, 20), "heads": heads}


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, q_vec, d_vec, index):
    short = maxsim(q_vec, prune_vectors(d_vec, 2), mean=True)
    return zscore_fusion([sim, short, index["near"].scores(q_vec), maxsim(q_vec, index["heads"])])
"""
"""A program that needs many vectors on both sides, and keeps some in its index."""
WRITES = """
def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts, d_vec=None):
    d_vec.vectors[:] = 0
    return sim
"""

Make = Callable[..., ManyRetriever]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return complete(tmp_path_factory.mktemp("model") / "small")


def settings(folder: Path, stored: str = "int8") -> EncoderSettings:
    return EncoderSettings(kind="tokens-of", model=str(folder), options={"vectors": 4, "stored": stored})


@pytest.fixture(scope="module", params=["float32", "int8"])
def encoder(request: pytest.FixtureRequest, folder: Path) -> ManyVectors:
    loaded = load_encoder(settings(folder, request.param))
    assert isinstance(loaded, ManyVectors)
    return loaded


@pytest.fixture
def make(encoder: ManyVectors) -> Make:
    def made(source: str = CENTROIDS, candidates: int | None = None) -> ManyRetriever:
        module = module_of(source, "late_program")
        identity = {"program": "p", "encoder": encoder.fingerprint}
        retriever = ManyRetriever(encoder, Program.of(module), candidates=candidates, identity=identity)
        retriever.index(IDS, TEXTS)
        return retriever

    return made


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> RetrievalTask:
    return load_folder(write_task(tmp_path_factory.mktemp("task") / "small", 0))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1, level="weak") as sandbox:
        yield sandbox


@pytest.mark.parametrize("depth", [None, 12])
def test_one_question_at_a_time_has_the_scores_of_the_evaluator(
    encoder: ManyVectors, task: RetrievalTask, sandbox: Sandbox, depth: int | None
) -> None:
    cached = CachedEncoder(encoder, None)
    some = replace(task, candidates=replace(task.candidates, depth=depth))
    with (
        prepare_all([some], cached) as (ready,),
        closing(LocalExecutor(cached, sandbox, 1)) as executor,
    ):
        measured = {source: executor.run(source, ready) for source in (CENTROIDS, programs.source("identity"))}
        similar = np.concatenate([block for _, block in ready.similarities()])
    for source, outcome in measured.items():
        assert outcome.verdict is Verdict.OK, outcome.reason
        retriever = ManyRetriever(encoder, Program.of(module_of(source, "late_program")), candidates=depth)
        retriever.index(list(task.documents), list(task.documents.values()))
        scores = np.empty((len(task.queries), len(task.documents)), dtype=np.float32)
        for row, query in enumerate(task.queries.values()):
            _, rows, found = retriever.ranked(query, len(task.documents))
            scores[row, rows] = found
        judgments = Judgments(task.qrels, list(task.queries), list(task.documents))
        deployed = NDCG_AT_10.per_query(scores, judgments)
        np.testing.assert_allclose(deployed, outcome.measured["nDCG@10"].per_query, atol=1e-6)
    if depth is None:  # the last program's scores are the similarities themselves
        shown = scores[ready.order.queries][:, ready.order.documents]
        np.testing.assert_allclose(shown, similar, atol=2e-6)


def test_candidates_are_the_nearest_by_one_vector_and_are_compared_by_maxsim(make: Make, encoder: ManyVectors) -> None:
    retriever = make(programs.source("identity"))
    query = "violin strings"
    near = encoder.encode(TEXTS) @ encoder.encode([query])[0]
    hits = retriever.search(query, k=5, candidates=2)
    assert {IDS.index(hit.id) for hit in hits[:2]} == set(np.argsort(-near)[:2])
    whole = {hit.id: hit.score for hit in retriever.search(query, k=5)}
    assert [hit.score for hit in hits[:2]] == pytest.approx([whole[hit.id] for hit in hits[:2]], abs=1e-6)
    assert [hit.id for hit in hits[2:]] == [IDS[at] for at in np.argsort(-near)[2:]]
    assert hits[2].score < hits[1].score


def test_changes_end_where_a_fresh_index_begins(make: Make) -> None:
    retriever, fresh = make(), make()
    retriever.add(["owls"], ["Owls hunt at night, and sleep by day in old barns."])
    retriever.remove(["ships"])
    assert "ships" not in [hit.id for hit in retriever.search("violin strings", k=9)]
    retriever.compact()
    fresh.index([*IDS[1:], "owls"], [*TEXTS[1:], "Owls hunt at night, and sleep by day in old barns."])
    for one, other in zip(retriever.search("owls at night", k=9), fresh.search("owls at night", k=9), strict=True):
        assert one.id == other.id and one.score == pytest.approx(other.score, abs=1e-5)


def test_a_saved_index_is_mapped_as_it_is_stored_and_embeds_nothing_but_the_question(
    make: Make, encoder: ManyVectors, tmp_path: Path
) -> None:
    retriever, other = make(), make(programs.source("identity"))
    retriever.add(["owls"], ["Owls hunt at night."])
    expected = retriever.search("violin strings", k=9)
    retriever.save(tmp_path)
    other = make()
    before = other.memory.texts_encoded
    other.load(tmp_path)
    many = other._snapshot.many
    assert many is not None and isinstance(many.rows.array, np.memmap)
    assert many.rows.array.dtype == np.dtype(encoder.stored) and many.rows.array.shape[1] == encoder.dim
    assert other.search("violin strings", k=9) == expected
    assert other.memory.texts_encoded == before + 1
    other.add(["cats"], ["Cats hunt mice."])
    assert other.search("cats and mice", k=6)[0].score >= other.search("cats and mice", k=6)[1].score


def test_an_index_of_other_numbers_or_cut_short_is_refused(make: Make, folder: Path, tmp_path: Path) -> None:
    retriever = make(programs.source("identity"))
    retriever.save(tmp_path)
    other = load_encoder(settings(folder, "int8" if retriever.memory.encoder.stored != "int8" else "float16"))
    assert isinstance(other, ManyVectors)
    strange = ManyRetriever(other, Program.of(module_of(programs.source("identity"), "late_program")))
    with pytest.raises(RetrieverError, match="does not fit this encoder"):
        strange.load(tmp_path)
    (offsets,) = tmp_path.glob("data-*/many-offsets.npy")
    held = np.load(offsets)
    held[1] = held[2]
    np.save(offsets, held)
    with pytest.raises(RetrieverError, match="damaged"):
        retriever.load(tmp_path)


def test_a_program_may_write_to_the_vectors_and_changes_nothing(make: Make) -> None:
    retriever = make(WRITES)
    assert retriever.search("violin strings") == make(programs.source("identity")).search("violin strings")
    assert retriever.search("violin strings") == make(programs.source("identity")).search("violin strings")


def test_what_a_program_asks_for_is_remembered(make: Make, encoder: ManyVectors) -> None:
    memory = make().memory
    first = memory.embed(["a comet", "a violin", "a comet"], vectors=2, dim=8)
    before = memory.texts_encoded
    np.testing.assert_array_equal(memory.embed(["a comet"], vectors=2, dim=8).vectors, first.of(2))
    assert memory.texts_encoded == before and first.vectors.shape[1] == 8
    assert memory.embed([], vectors=2).vectors.shape == (0, encoder.dim)
    with pytest.raises(TypeError, match="list of strings"):
        memory.embed("a comet", vectors=2)


def test_blocks_give_what_one_product_gives(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.export.standalone import many_retriever

    retriever = make(programs.source("identity"))
    whole = retriever.search("violin strings", k=5)
    monkeypatch.setattr(many_retriever, "_VECTORS_AT_ONCE", 3)
    parts = retriever.search("violin strings", k=5)
    assert [hit.id for hit in parts] == [hit.id for hit in whole]
    assert [hit.score for hit in parts] == pytest.approx([hit.score for hit in whole], abs=1e-6)


def test_scores_are_those_of_a_loop(make: Make, encoder: ManyVectors) -> None:
    retriever = make(programs.source("identity"))
    query = retriever.memory.query("violin strings").many.of(0)
    documents = multi_vectors([retriever.memory.embed([text], vectors=4).of(0) for text in TEXTS], encoder.dim)
    expected = [float(np.mean([max(row @ one for row in documents.of(at)) for one in query])) for at in range(5)]
    found = {hit.id: hit.score for hit in retriever.search("violin strings", k=5)}
    np.testing.assert_allclose([found[name] for name in IDS], expected, atol=1e-5)
    np.testing.assert_allclose(
        maxsim(multi_vectors([query], encoder.dim), documents, mean=True)[0], expected, atol=1e-5
    )


def test_the_encoder_is_opened_again_from_its_folder_and_another_is_refused(folder: Path) -> None:
    facts: dict[str, Any] = vars(of_settings(settings(folder)))
    assert facts["settings"]["model"] == "" and facts["settings"]["options"] == {"vectors": 4, "stored": "int8"}
    loaded = open_model(EncoderSettings(kind="sentence-transformers", model=str(folder))).model
    for model in (str(folder), loaded):
        assert open_encoder(facts, model).stored == "int8"
    with pytest.raises(RetrieverError, match="came from a folder"):
        open_encoder(facts)
    for name, other in (("options", {"vectors": 4}), ("options", {"vectors": 5, "stored": "int8"}), ("dim", 8)):
        with pytest.raises(RetrieverError, match="another model"):
            open_encoder({**facts, "settings": {**facts["settings"], name: other}}, str(folder))


def test_a_package_names_nothing_outside_itself_and_says_what_it_keeps(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(CENTROIDS)
    out = tmp_path / "out"
    package = write_package(gather(str(tmp_path / "late.py"), "absent.db", settings(folder)), out)
    outside = set()
    for path in out.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                outside.add(node.module.split(".")[0])
    assert not outside & {"harness", "primitives", "sandbox", "archive"}
    readme = (out / "README.md").read_text()
    assert "saved and mapped in int8" in readme and "same encoder's MaxSim" in readme
    single = tmp_path / "single"
    write_package(gather("bm25", "absent.db", EncoderSettings(model="wordllama")), single)
    assert not list(single.rglob("many_*.py")) and list((out / "src" / package).glob("many_*.py"))


def test_a_program_that_must_have_many_vectors_is_refused_with_one(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(CENTROIDS)
    with pytest.raises(UsageError, match=r"must have many vectors a text, and wordllama gives one.*minilm-tokens"):
        gather(str(tmp_path / "late.py"), "absent.db", EncoderSettings(model="wordllama"))
