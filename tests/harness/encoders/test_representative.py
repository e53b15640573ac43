"""Representative tokens of a tiny random language model, against a loop over texts and masks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, BertModel, GPT2Config, GPT2LMHeadModel

from harness.encoders.load import load_encoder
from harness.encoders.protocol import DOCUMENT, QUERY, EmbedOptions, EncodeRefused
from harness.encoders.representative import AFTER, BEFORE, SPARSE_WORDS, fused
from harness.errors import EncoderError, UsageError
from harness.settings.encoder import EncoderSettings
from harness.testing import check_encoder
from tests.harness.encoders.small_models import WIDTH, bare, shape

TEXTS = ["the harbour was closed because of the storm", "aspirin", ""]
WORDS = 410


def saved(folder: Path, kind: type = BertForMaskedLM) -> Path:
    torch.manual_seed(0)
    config = BertConfig(**shape(vocab_size=WORDS, max_position_embeddings=160))
    return bare(folder, kind(config), mask_token="[MASK]", cls_token="[CLS]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("language") / "small")


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Any:
    options = {"vectors": 3, "query_vectors": 2}
    return load_encoder(EncoderSettings(kind="representative-tokens", model=str(folder), options=options))


def naive(encoder: Any, text: str, role: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit hidden states and logits at the masks, of one text by itself and without padding."""
    words, model = encoder._words, encoder._model
    ids = [words.cls_token_id]
    for part in (BEFORE[role], text, AFTER):
        ids += words(part, add_special_tokens=False)["input_ids"]
    start = len(ids)
    output = model(torch.tensor([[*ids, *[words.mask_token_id] * count]]), output_hidden_states=True)
    hidden = output.hidden_states[-1][0, start:].detach().numpy()
    return hidden / np.linalg.norm(hidden, axis=1, keepdims=True), output.logits[0, start:].detach().numpy()


@pytest.mark.parametrize(("role", "count"), [("document", 3), ("query", 2), ("document", 7)])
def test_vectors_are_the_hidden_states_at_the_masks(encoder: Any, role: str, count: int) -> None:
    found = encoder.encode_many(TEXTS, EmbedOptions(role=role, vectors=count))
    for place, text in enumerate(TEXTS):
        np.testing.assert_allclose(found.of(place), naive(encoder, text, role, count)[0], atol=1e-5)


def test_the_sparse_vector_is_that_of_the_greatest_logits(encoder: Any) -> None:
    found = encoder.encode_sparse(TEXTS, EmbedOptions(vectors=3)).toarray()
    assert found.shape == (3, WORDS) and (np.count_nonzero(found, axis=1) <= SPARSE_WORDS).all()
    for row, text in zip(found, TEXTS, strict=True):
        weights = np.log1p(np.maximum(naive(encoder, text, "document", 3)[1].max(axis=0), 0))
        weights[encoder._words.all_special_ids] = 0
        weights[np.argsort(-weights)[SPARSE_WORDS:]] = 0
        np.testing.assert_allclose(row, weights, atol=1e-4)


def test_both_scores_are_fused_by_min_max_and_mean(encoder: Any) -> None:
    dense = encoder.similarity(encoder.encode_many(TEXTS, QUERY), encoder.encode_many(TEXTS, DOCUMENT))
    sparse = (encoder.encode_sparse(TEXTS, QUERY) @ encoder.encode_sparse(TEXTS, DOCUMENT).T).toarray()
    expected = sum(
        (scores - scores.min(axis=1, keepdims=True)) / np.ptp(scores, axis=1, keepdims=True)
        for scores in (dense, sparse)
    )
    np.testing.assert_allclose(fused(dense, sparse), expected / 2, atol=1e-5)


def test_the_contract_holds_and_long_texts_are_cut_before_the_prompt(encoder: Any) -> None:
    check_encoder(encoder)
    assert (encoder.dim, encoder.name) == (WIDTH, "small-representative")
    tokens = [int(batch.tokens.max()) for batch in encoder.encode_batches(["word " * 500], EmbedOptions(vectors=9))]
    assert tokens == [160]


def test_models_that_cannot_say_words_are_refused_with_a_way_out(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(EncoderError, match="saved with its head"):
        load_encoder(EncoderSettings(kind="representative-tokens", model=str(saved(tmp_path / "bare", BertModel))))
    plain = bare(tmp_path / "plain", BertForMaskedLM(BertConfig(**shape())))
    with pytest.raises(EncoderError, match=r"no mask token; set encoder\.options\.mask_token"):
        load_encoder(EncoderSettings(kind="representative-tokens", model=str(plain)))
    with pytest.raises(UsageError, match="whole number from 1 to 32"):
        options = {"vectors": 99}
        load_encoder(EncoderSettings(kind="representative-tokens", model=str(folder), options=options))


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Any:
    torch.manual_seed(0)
    sizes = {"n_embd": WIDTH, "n_layer": 2, "n_head": 2, "n_positions": 160, "initializer_range": 0.5}
    model = GPT2LMHeadModel(GPT2Config(vocab_size=WORDS, bos_token_id=1, eos_token_id=None, **sizes))
    folder = bare(tmp_path_factory.mktemp("language") / "causal", model, bos_token="[CLS]")
    options = {"vectors": 3, "query_vectors": 2, "sequential": True}
    return load_encoder(EncoderSettings(kind="representative-tokens", model=str(folder), options=options))


def said(encoder: Any, text: str, role: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit hidden states and logits of `count` words, each the greatest, with all read again for each; no padding."""
    words, model = encoder._words, encoder._model
    ids = [words.bos_token_id]
    for part in (BEFORE[role], text, AFTER):
        ids += words(part, add_special_tokens=False)["input_ids"]
    states, logits = [], []
    for _ in range(count):
        output = model(torch.tensor([ids]), output_hidden_states=True)
        states.append(output.hidden_states[-1][0, -1].detach().numpy())
        logits.append(output.logits[0, -1].detach().numpy())
        ids.append(int(logits[-1].argmax()))
    hidden = np.stack(states)
    return hidden / np.linalg.norm(hidden, axis=1, keepdims=True), np.stack(logits)


@pytest.mark.parametrize(("role", "count"), [("document", 3), ("query", 2), ("document", 6)])
def test_a_causal_model_says_one_word_after_another(causal: Any, role: str, count: int) -> None:
    options = EmbedOptions(role=role, vectors=count)
    found = causal.encode_many(TEXTS, options)
    sparse = causal.encode_sparse(TEXTS, options).toarray()
    for place, text in enumerate(TEXTS):
        states, logits = said(causal, text, role, count)
        np.testing.assert_allclose(found.of(place), states, atol=1e-4)
        assert not np.allclose(found.of(place)[0], found.of(place)[1], atol=1e-2)
        greatest = np.log1p(np.maximum(logits.max(axis=0), 0))
        kept = sparse[place] > 0
        np.testing.assert_allclose(sparse[place][kept], greatest[kept], atol=1e-3)


def test_the_sequential_contract_holds_and_words_said_count_as_read(causal: Any, encoder: Any) -> None:
    check_encoder(causal)
    assert causal.name == "causal-sequential" and encoder.name == "small-representative"
    (one,), (four,) = (list(causal.encode_batches(["aspirin"], EmbedOptions(vectors=most))) for most in (1, 4))
    assert four.tokens[0] == one.tokens[0] + 3
    tokens = [int(batch.tokens.max()) for batch in causal.encode_batches(["word " * 500], EmbedOptions(vectors=9))]
    assert tokens == [159]


def test_a_cap_that_leaves_no_text_is_refused(encoder: Any) -> None:
    with pytest.raises(EncodeRefused, match="max_tokens must be an integer above"):
        encoder.encode(TEXTS, EmbedOptions(max_tokens=5))
