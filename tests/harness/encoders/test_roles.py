"""The prompts that a model was saved with, under the roles that programs name."""

from pathlib import Path

import numpy as np
import pytest

from harness.encoders.load import load_encoder
from harness.encoders.protocol import DOCUMENT, QUERY, EmbedOptions
from harness.encoders.roles import prompts_by_role
from harness.settings.encoder import EncoderSettings
from tests.harness.encoders.small_models import change, complete


@pytest.mark.parametrize(
    ("own", "default", "query", "document"),
    [
        ({"query": "q: ", "document": "d: "}, None, "q: ", "d: "),
        ({"query": "q: ", "document": "", "passage": "p: "}, None, "q: ", "p: "),
        ({"query": "", "document": "", "every": "e: "}, "every", "e: ", "e: "),
        ({"query": "", "document": ""}, None, "", ""),
    ],
)
def test_queries_and_documents_get_their_prompts(
    own: dict[str, str | None], default: str | None, query: str, document: str, caplog: pytest.LogCaptureFixture
) -> None:
    prompts = prompts_by_role("m", own, default)
    assert (prompts["query"], prompts["document"]) == (query, document)
    assert prompts.keys() == own.keys(), "programs may name every prompt"
    assert not caplog.records


@pytest.mark.parametrize(
    ("own", "default", "query", "before"),
    [
        ({"query": "", "document": "", "STS": "e: "}, None, "", "queries or documents (it has STS)"),
        ({"query": None, "document": None, "s2p_query": "i: ", "STS": "s: "}, None, "i: ", "documents (it has STS)"),
        ({"query": "q: ", "document": "", "every": "e: "}, "every", "q: ", "documents (it has every)"),
    ],
)
def test_a_prompt_that_nothing_takes_is_named_where_a_role_has_none(
    own: dict[str, str | None], default: str | None, query: str, before: str, caplog: pytest.LogCaptureFixture
) -> None:
    prompts = prompts_by_role("m", own, default)
    assert (prompts["query"], prompts["document"]) == (query, "")
    assert f"goes before {before};" in caplog.text


def test_a_passage_prompt_goes_before_documents(tmp_path: Path) -> None:
    folder = complete(tmp_path / "prompted", prompts={"query": "ask: ", "passage": "text: "})
    settings = EncoderSettings(kind="sentence-transformers", model=str(folder))
    saved = load_encoder(settings)
    plain = load_encoder(EncoderSettings(**{**vars(settings), "prompts": {"query": "", "document": "", "passage": ""}}))
    np.testing.assert_array_equal(saved.encode(["a cat"]), plain.encode(["text: a cat"]))
    assert saved.variant(DOCUMENT) == saved.variant(EmbedOptions(role="passage")) != saved.variant(QUERY)


def test_vectors_under_an_instruction_are_the_librarys(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    instruction = "Instruct: Given a claim, find documents that refute the claim\nQuery:"
    folder = complete(tmp_path / "model")
    for counted in (True, False):
        change(folder / "1_Pooling/config.json", include_prompt=counted)
        settings = EncoderSettings(kind="sentence-transformers", model=str(folder), prompts={"query": instruction})
        theirs = SentenceTransformer(str(folder), device="cpu").encode(
            ["Rain is dry."], prompt=instruction, normalize_embeddings=True
        )
        np.testing.assert_allclose(load_encoder(settings).encode(["Rain is dry."], QUERY), theirs, atol=1e-6)
