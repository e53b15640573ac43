"""The retriever of an exported package, over a real model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.encoders.load import load_encoder
from harness.encoders.open_model import open_model
from harness.encoders.protocol import QUERY, EmbedOptions, Encoder
from harness.export.standalone.embedding import RememberingEncoder
from harness.export.standalone.retriever import ProgramRetriever
from harness.settings.encoder import EncoderSettings
from primitives import programs

TEXTS = [
    "The harbour was closed for a week. Ships waited outside.",
    "A violin needs new strings every year. Rosin helps.",
    "Comets are made of ice and dust. Their tails point away from the sun.",
    "The senate rejected the bill. It will be proposed again in spring.",
    "Apple trees are pruned in winter. Frost does them no harm.",
]


@pytest.fixture(scope="module")
def model() -> Any:
    return open_model(EncoderSettings(model="wordllama")).model


def program(name: str) -> Any:
    space: dict[str, Any] = {}
    exec(compile(programs.source(name), name, "exec"), space)
    return space["rerank"]


def test_embeddings_equal_the_harness_own_in_every_way_of_asking(model: Any) -> None:
    ours: Encoder = load_encoder(EncoderSettings(model="wordllama"))
    theirs = RememberingEncoder(model, prompts={"query": "find: "})
    prompted = load_encoder(EncoderSettings(model="wordllama", prompts={"query": "find: "}))
    texts = [*TEXTS, "", "half a pair \ud83d", TEXTS[0]]
    np.testing.assert_array_equal(theirs.embed(texts), ours.encode(texts))
    np.testing.assert_array_equal(theirs.embed(texts, dim=64), ours.encode(texts, EmbedOptions(dim=64)))
    np.testing.assert_array_equal(theirs.embed(texts, max_tokens=3), ours.encode(texts, EmbedOptions(max_tokens=3)))
    np.testing.assert_array_equal(theirs.embed(texts, role="query"), prompted.encode(texts, QUERY))
    assert theirs.embed([]).shape == (0, 256)


@pytest.mark.parametrize("asked", [{"role": "judge"}, {"adapter": "x"}, {"dim": 0}, {"dim": 999}])
def test_what_the_model_lacks_is_a_value_error(model: Any, asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"model"):
        RememberingEncoder(model).embed(["a"], **asked)


def test_documents_are_embedded_once_and_only_queries_after_that(model: Any) -> None:
    retriever = ProgramRetriever(model, program("sentence_max"))
    retriever.index(TEXTS)
    before = retriever.encoder.texts_encoded
    assert retriever.search(["What are comets made of?"], k=2)[0][0].position == 2
    assert retriever.encoder.texts_encoded == before + 1
    retriever.search(["What are comets made of?", "When are trees pruned?"])
    assert retriever.encoder.texts_encoded == before + 2


def test_what_depends_on_the_query_is_forgotten_in_its_turn(model: Any) -> None:
    encoder = RememberingEncoder(model, recent=2)
    with encoder.keeping():
        encoder.embed(["kept"])
    for text in ("one", "two", "three", "kept", "three"):
        encoder.embed([text])
    assert encoder.texts_encoded == 4
    encoder.embed(["one"])
    assert encoder.texts_encoded == 5


@pytest.mark.parametrize("name", programs.names())
def test_every_reference_program_answers_a_single_query(model: Any, name: str) -> None:
    retriever = ProgramRetriever(model, program(name))
    retriever.index(TEXTS)
    (hits,) = retriever.search(["What are comets made of?"], k=3)
    assert len({hit.position for hit in hits}) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_saved_index_needs_no_embedding_and_refuses_another_model(model: Any, tmp_path: Path) -> None:
    retriever = ProgramRetriever(model, program("sentence_max"))
    retriever.index(TEXTS)
    expected = retriever.search(["violin strings"])
    retriever.save(tmp_path)
    other = ProgramRetriever(model, program("sentence_max"))
    other.load(tmp_path)
    assert other.encoder.texts_encoded == 1  # the one that tells whether the model is the same
    assert other.search(["violin strings"]) == expected
    stranger = ProgramRetriever(model, program("sentence_max"), prompts={"document": "text: "})
    stranger.load(tmp_path)
    assert stranger.encoder.texts_encoded > 1
    wrong = open_model(EncoderSettings(model="wordllama")).model
    wrong[0].embedding.weight.data.mul_(-1)
    with pytest.raises(ValueError, match="another model"):
        ProgramRetriever(wrong, program("sentence_max")).load(tmp_path)


def test_searching_before_indexing_and_indexing_nothing_are_told(model: Any) -> None:
    retriever = ProgramRetriever(model, program("identity"))
    with pytest.raises(ValueError, match=r"call index"):
        retriever.search(["a"])
    with pytest.raises(ValueError, match="nothing to index"):
        retriever.index([])


def test_scores_that_are_not_finite_are_refused(model: Any) -> None:
    def broken(q_emb: Any, d_emb: Any, sim: Any, **others: Any) -> Any:
        return sim * np.nan

    with pytest.raises(ValueError, match="finite"):
        ProgramRetriever(model, broken).index(TEXTS)
