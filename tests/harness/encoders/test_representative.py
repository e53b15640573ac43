"""Representative tokens of a tiny random language model, against a loop over texts and masks."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForMaskedLM, BertModel, GPT2Config, GPT2LMHeadModel

from harness.encoders.fingerprint import SENTENCES
from harness.encoders.load import load_encoder
from harness.encoders.protocol import EmbedOptions, EncodeRefused
from harness.encoders.representative import SPARSE_WORDS, word_weights, words_kept
from harness.errors import EncoderError, UsageError
from harness.settings.encoder import EncoderSettings
from harness.testing import check_encoder
from primitives.tokens import FUNCTION_WORDS
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


def asked(role: str, count: int) -> tuple[str, str]:
    """What stands before a text and behind it."""
    text = "passage" if role == "document" else role
    if count == 1:
        return f'{text.capitalize()}: "', (
            f'". Use one word to represent the {text} in a retrieval task. Make sure your word is in lowercase. '
            'The word is: "'
        )
    return f'{text.capitalize()}: "', (
        f'". Use a few words to represent the {text} in a retrieval task. Make sure your words are in lowercase. '
        'The words are: "'
    )


def naive(encoder: Any, text: str, role: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit hidden states and logits at the masks before the answer ends, of one text by itself, without padding."""
    words, model = encoder._words, encoder._model
    ids = [words.cls_token_id]
    before, after = asked(role, count)
    for part in (before, text, after):
        ids += words(part, add_special_tokens=False)["input_ids"]
    start, quote = len(ids), words('"', add_special_tokens=False)["input_ids"]
    output = model(torch.tensor([[*ids, *[words.mask_token_id] * count, *quote]]), output_hidden_states=True)
    logits = output.logits[0, start : start + count].detach().numpy()
    ends = [place for place, one in enumerate(logits.argmax(axis=1)) if one in words.all_special_ids]
    ends = [place for place in ends if logits[place].argmax() != words.mask_token_id]
    kept = ends[0] if ends and ends[0] > 0 else count
    hidden = output.hidden_states[-1][0, start : start + kept].detach().numpy()
    return hidden / np.linalg.norm(hidden, axis=1, keepdims=True), logits[:kept]


def own_weights(encoder: Any, text: str, logits: np.ndarray) -> dict[int, int]:
    """Hundredths by word, of the words of the text alone; a loop over its words, and over their logits."""
    found: dict[int, int] = {}
    for word in "".join(letter if letter.isalnum() else " " for letter in text.lower()).split():
        for one in encoder._words(word, add_special_tokens=False)["input_ids"] if word not in FUNCTION_WORDS else []:
            weight = int(100 * math.log(1 + max(0.0, float(max(row[one] for row in logits)))))
            if weight:
                found[one] = weight
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:SPARSE_WORDS])


@pytest.mark.parametrize(("role", "count"), [("document", 3), ("query", 2), ("document", 7)])
def test_vectors_are_the_hidden_states_at_the_masks(encoder: Any, role: str, count: int) -> None:
    found = encoder.encode_many(TEXTS, EmbedOptions(role=role, vectors=count))
    for place, text in enumerate(TEXTS):
        np.testing.assert_allclose(found.of(place), naive(encoder, text, role, count)[0], atol=1e-5)


@pytest.fixture(scope="module")
def sparse(folder: Path) -> Any:
    options = {"vectors": 3, "query_vectors": 2, "sparse": True}
    return load_encoder(EncoderSettings(kind="representative-tokens", model=str(folder), options=options))


def test_words_of_a_text_are_weighed_by_the_greatest_logits(sparse: Any, encoder: Any) -> None:
    texts = [*TEXTS, SENTENCES[0]]
    found = sparse.encode_many(texts, EmbedOptions(vectors=3))
    assert found.words.shape == (4, WORDS) and found.words.dtype == np.uint16
    for place, text in enumerate(texts):
        row = found.words[place]
        expected = own_weights(sparse, text, naive(sparse, text, "document", 3)[1])
        assert set(row.indices.tolist()) == set(expected)
        weights = [expected[one] for one in row.indices.tolist()]
        np.testing.assert_allclose(row.data, weights, atol=1)  # a logit on the edge of a hundredth
    assert found.words[1].nnz and not found.words[2].nnz
    assert sparse.fingerprint != encoder.fingerprint
    np.testing.assert_array_equal(found.vectors, encoder.encode_many(texts, EmbedOptions(vectors=3)).vectors)


def test_no_more_words_are_kept_than_published() -> None:
    logits = np.arange(400, dtype=np.float32)[::-1].copy()
    places, weights = word_weights(logits, np.arange(399))
    assert places.tolist() == list(range(SPARSE_WORDS)) and (np.diff(weights.astype(int)) <= 0).all()


def test_both_scores_are_fused_by_min_max_and_mean(sparse: Any, encoder: Any) -> None:
    asked_for, stands = EmbedOptions(role="query", vectors=2), EmbedOptions(vectors=3)
    queries, documents = sparse.encode_many(TEXTS, asked_for), sparse.encode_many(TEXTS, stands)
    expected = np.zeros((3, 3))
    for row, query in enumerate(TEXTS):
        dense, words = [], []
        asking, said = naive(sparse, query, "query", 2)
        own = own_weights(sparse, query, said)
        for text in TEXTS:
            vectors, answered = naive(sparse, text, "document", 3)
            dense.append(sum(max(0.0, max(float(one @ other) for other in vectors)) for one in asking))
            weighed = own_weights(sparse, text, answered)
            words.append(sum(weight * weighed.get(one, 0) for one, weight in own.items()))
        for scores in (dense, words):
            width = max(scores) - min(scores)
            expected[row] += [(score - min(scores)) / width / 2 if width else 0 for score in scores]
    # A weight may be a hundredth off, of about a hundred.
    np.testing.assert_allclose(sparse.similarity(queries, documents), expected, atol=0.02)
    plain = encoder.similarity(encoder.encode_many(TEXTS, asked_for), encoder.encode_many(TEXTS, stands))
    assert not np.allclose(plain, expected, atol=0.02)
    check_encoder(sparse)


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
def causal_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    sizes = {"n_embd": WIDTH, "n_layer": 2, "n_head": 2, "n_positions": 160, "initializer_range": 0.5}
    model = GPT2LMHeadModel(GPT2Config(vocab_size=WORDS, bos_token_id=1, eos_token_id=None, **sizes))
    return bare(tmp_path_factory.mktemp("language") / "causal", model, bos_token="[CLS]")


def sequential(folder: Path, **more: object) -> Any:
    options = {"vectors": 3, "query_vectors": 2, "sequential": True, **more}
    return load_encoder(EncoderSettings(kind="representative-tokens", model=str(folder), options=options))


@pytest.fixture(scope="module")
def causal(causal_folder: Path) -> Any:
    return sequential(causal_folder)


def said(encoder: Any, text: str, role: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit hidden states and logits of `count` words, each the greatest, with all read again for each; no padding."""
    words, model = encoder._words, encoder._model
    ids = [words.bos_token_id]
    before, after = asked(role, count)
    for part in (before, text, after):
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
    found = causal.encode_many(TEXTS, EmbedOptions(role=role, vectors=count))
    ends = {*causal._words.all_special_ids, *causal._words('"', add_special_tokens=False)["input_ids"]}
    for place, text in enumerate(TEXTS):
        states, logits = said(causal, text, role, count)
        over = [one + 1 for one, word in enumerate(logits.argmax(axis=1)) if word in ends]
        np.testing.assert_allclose(found.of(place), states[: min([*over, count])], atol=1e-4)


def test_words_are_weighed_by_a_causal_model_too(causal_folder: Path) -> None:
    encoder = sequential(causal_folder, sparse=True)
    found = encoder.encode_many(TEXTS, EmbedOptions(vectors=3))
    for place, text in enumerate(TEXTS):
        kept = len(found.of(place))
        expected = own_weights(encoder, text, said(encoder, text, "document", 3)[1][:kept])
        row = found.words[place]
        assert set(row.indices.tolist()) == set(expected)
        np.testing.assert_allclose(row.data, [expected[one] for one in row.indices.tolist()], atol=1)


@pytest.mark.parametrize(
    ("said", "kept"), [([7, 8, 9], 3), ([7, 2, 9], 1), ([2, 8, 9], 3), ([7, 8, 2], 2), ([2, 2, 2], 3)]
)
def test_what_stands_behind_the_end_of_an_answer_is_left_out(said: list[int], kept: int) -> None:
    assert words_kept(np.array([said]), {1, 2}).tolist() == [kept]


def test_the_sequential_contract_holds_and_words_said_count_as_read(causal: Any, encoder: Any) -> None:
    check_encoder(causal)
    assert causal.name == "causal-sequential" and encoder.name == "small-representative"
    (two,), (four,) = (list(causal.encode_batches(["aspirin"], EmbedOptions(vectors=most))) for most in (2, 4))
    assert four.tokens[0] == two.tokens[0] + 2
    tokens = [int(batch.tokens.max()) for batch in causal.encode_batches(["word " * 500], EmbedOptions(vectors=9))]
    assert tokens == [159]


def test_a_cap_that_leaves_no_text_is_refused(encoder: Any) -> None:
    with pytest.raises(EncodeRefused, match="max_tokens must be an integer above"):
        encoder.encode(TEXTS, EmbedOptions(max_tokens=5))
