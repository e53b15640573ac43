"""Models trained for late interaction, by a folder with the parts of a real one: what comes out is the library's."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from harness.encoders.load import load_encoder
from harness.encoders.protocol import DOCUMENT, QUERY
from harness.errors import EncoderError, UsageError
from harness.settings.encoder import EncoderSettings
from harness.testing import check_encoder
from tests.harness.encoders.small_models import WIDTH, bare, complete

QUERIES = ["when was the harbour closed?", "heart attack"]
DOCUMENTS = [
    "The harbour was closed for three days because of the storm.",
    "Aspirin lowers the risk.",
    "def mean(): ...",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As ColBERT is: a projection of each token, other prompts for queries and documents, punctuation left out."""
    from sentence_transformers import MultiVectorEncoder
    from sentence_transformers.base.modules import Dense, Normalize, Transformer
    from sentence_transformers.multi_vector_encoder.modules import MultiVectorMask

    place = tmp_path_factory.mktemp("late") / "colbert"
    modules: list[Any] = [
        Transformer(str(bare(place)), query_length=12, document_length=30),
        Dense(WIDTH, 16, bias=False, activation_function=torch.nn.Identity(), module_input_name="token_embeddings"),
        MultiVectorMask(skiplist_words=[".", "a"]),
        Normalize(module_input_name="token_embeddings"),
    ]
    prompts = {"query": "Question: ", "document": "Text: "}
    MultiVectorEncoder(modules=modules, prompts=prompts, device="cpu").save(str(place))
    return place


@pytest.mark.parametrize("mean", [None, True])
def test_scores_are_the_librarys_own(folder: Path, mean: bool | None) -> None:
    from sentence_transformers import MultiVectorEncoder

    encoder: Any = load_encoder(EncoderSettings(kind="multi-vector", model=str(folder), options={"mean": mean}))
    library: Any = MultiVectorEncoder(str(folder), device="cpu", local_files_only=True)
    queries, documents = library.encode_query(QUERIES), library.encode_document(DOCUMENTS)
    expected = library.similarity(queries, documents, length_normalize=bool(mean)).numpy()
    found = encoder.similarity(encoder.encode_many(QUERIES, QUERY), encoder.encode_many(DOCUMENTS, DOCUMENT))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert encoder.encode_many(DOCUMENTS, DOCUMENT).sizes.tolist() == [len(rows) for rows in documents]


def test_the_contract_holds(folder: Path) -> None:
    options = {"vectors": 2}
    encoder: Any = load_encoder(EncoderSettings(kind="multi-vector", model=str(folder), options=options))
    check_encoder(encoder)
    assert (encoder.dim, encoder.name, dict(encoder.most_vectors)) == (16, "colbert", {"query": 4096, "document": 2})


def test_what_was_not_trained_for_it_is_refused_with_a_way_out(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"not trained for late interaction; .*encoder\.kind=tokens-of"):
        load_encoder(EncoderSettings(kind="multi-vector", model=str(complete(tmp_path / "one"))))
    with pytest.raises(EncoderError, match="encoder"):
        load_encoder(EncoderSettings(kind="sentence-transformers", model=str(folder)))
    with pytest.raises(UsageError, match=r"leave encoder\.max_tokens unset"):
        load_encoder(EncoderSettings(kind="multi-vector", model=str(folder), max_tokens=9))
