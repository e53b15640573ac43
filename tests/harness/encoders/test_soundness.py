"""What people bring as an encoder: refused in one sentence, measured with a warning, or simply working."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import BoW, Pooling, WordEmbeddings
from sentence_transformers.sentence_transformer.modules.tokenizer import WhitespaceTokenizer
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    GPT2Config,
    GPT2Model,
    RobertaConfig,
    RobertaModel,
    T5Config,
    T5EncoderModel,
)

from harness import make_task
from harness.encoders.cached import CachedEncoder
from harness.encoders.fingerprint import SENTENCES
from harness.encoders.function import FunctionEncoder
from harness.encoders.load import load_encoder
from harness.encoders.protocol import EmbedOptions, Encoder
from harness.encoders.soundness import _check_vectors
from harness.errors import EncoderError
from harness.evaluation.preparing import prepare
from harness.settings.encoder import EncoderSettings
from tests.harness.encoders.small_models import WIDTH, bare, change, complete, put, shape, tokenizer, with_code


def load(folder: Path) -> Encoder:
    return load_encoder(EncoderSettings(kind="sentence-transformers", model=str(folder)))


def without_tokenizer(folder: Path) -> Path:
    for path in complete(folder).glob("tokenizer*"):
        path.unlink()
    return folder


def cross_encoder(folder: Path) -> Path:
    return bare(folder, BertForSequenceClassification(BertConfig(**shape())))


def typed(kind: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        change(complete(folder) / "config_sentence_transformers.json", model_type=kind)
        return folder

    return make


def late_interaction(folder: Path) -> Path:
    change(complete(folder) / "config_sentence_transformers.json", similarity_fn_name="MaxSim")
    return folder


def splade(folder: Path) -> Path:
    modules = json.loads((complete(folder) / "modules.json").read_text("utf-8"))
    put(folder / "modules.json", [modules[0], modules[1] | {"type": "sentence_transformers.models.SpladePooling"}])
    return folder


def without_pooling(folder: Path) -> Path:
    put(folder / "modules.json", json.loads((complete(folder) / "modules.json").read_text("utf-8"))[:1])
    return folder


def without_weights(*names: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = complete(folder) / "model.safetensors"
        kept = {key: value for key, value in load_file(path).items() if not any(name in key for name in names)}
        save_file(kept, path, metadata={"format": "pt"})
        return folder

    return make


def all_alike(folder: Path) -> Path:
    path = complete(folder) / "model.safetensors"
    save_file({key: value * 0 for key, value in load_file(path).items()}, path, metadata={"format": "pt"})
    return folder


def bag_of_words(folder: Path) -> Path:
    SentenceTransformer(modules=[BoW(["the", "was"])], device="cpu").save(str(folder))
    return folder


def pointer(file: str) -> Callable[[Path], Path]:
    """As a clone without Git LFS leaves it."""

    def make(folder: Path) -> Path:
        (complete(folder) / file).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n")
        return folder

    return make


def newer_than_the_library(folder: Path) -> Path:
    change(complete(folder) / "config.json", model_type="bert2030", architectures=["Bert2030Model"])
    return folder


def endless_prompt(folder: Path) -> Path:
    return complete(folder, prompts={"query": "find " * 100, "document": ""})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (pointer("model.safetensors"), "model.safetensors .* is a pointer of Git LFS .* `git lfs pull`"),
        (pointer("tokenizer.json"), "tokenizer.json .* is a pointer of Git LFS"),
        (newer_than_the_library, "is a bert2030, which this version of transformers does not know"),
        (with_code, "brings its own code; if you trust it, set encoder.trust_remote_code=true"),
        (endless_prompt, "answers alike to five different queries; check the prompt of queries"),
        (without_tokenizer, "does not know 100% of the words"),
        (cross_encoder, "BertForSequenceClassification: a cross-encoder"),
        (typed("CrossEncoder"), "reads a query and a document together"),
        (typed("SparseEncoder"), "weights of words"),
        (splade, "weights of words"),
        (late_interaction, "a vector for each token"),
        (without_pooling, "lacks a pooling module"),
        (without_weights("intermediate"), "lacks the weights encoder.layer.0.intermediate.dense.bias"),
        (all_alike, "answers alike to five different sentences"),
        (bag_of_words, "it counts words"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_no_encoder_is_refused(make: Callable[[Path], Path], words: str, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=words) as caught:
        load(make(tmp_path / "model"))
    assert "\n" not in str(caught.value)


def dot_product(folder: Path) -> Path:
    change(complete(folder) / "config_sentence_transformers.json", similarity_fn_name="dot")
    return folder


def language_model(folder: Path) -> Path:
    return bare(folder, BertForMaskedLM(BertConfig(**shape())))


def nearly_alike(folder: Path) -> Path:
    path = complete(folder) / "model.safetensors"
    fading = {key: value * (0.02 if "word" in key else 1) for key, value in load_file(path).items()}
    save_file(fading, path, metadata={"format": "pt"})
    return folder


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (dot_product, "trained for the similarity 'dot'"),
        (language_model, "says nothing of how tokens become one vector"),
        (nearly_alike, "hardly tells five different sentences apart"),
    ],
)
def test_what_may_be_worse_than_it_seems_is_measured_with_a_warning(
    make: Callable[[Path], Path], words: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    load(make(tmp_path / "model"))
    assert [words in said for said in warnings_of(caplog)] == [True]


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What this project warned of, not the libraries that made the model."""
    return [record.getMessage() for record in caplog.records if record.name.startswith("harness")]


def test_of_unit_vectors_the_dot_product_is_the_cosine(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = dot_product(tmp_path / "model")
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    last = {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}
    put(folder / "modules.json", [*modules, last])
    (folder / "2_Normalize").mkdir()
    load(folder)
    assert not warnings_of(caplog)


def without_padding(folder: Path) -> Path:
    """As GPT-2 is saved."""
    model = GPT2Model(GPT2Config(vocab_size=400, n_embd=WIDTH, n_layer=1, n_head=2, n_positions=64))
    return bare(folder, model, pad_token=None)


def without_limit(folder: Path) -> Path:
    """As T5 is saved."""
    config = T5Config(vocab_size=400, d_model=WIDTH, d_ff=64, d_kv=16, num_layers=1, num_heads=2)
    return bare(folder, T5EncoderModel(config))


def roberta(folder: Path) -> Path:
    """Of its 64 places the first belongs to the padding token."""
    return complete(folder, RobertaModel(RobertaConfig(**shape(pad_token_id=0))))


def beyond_its_places(folder: Path) -> Path:
    """Its settings promise more tokens than it has places for."""
    change(complete(folder) / "sentence_bert_config.json", max_seq_length=8192)
    return folder


def of_words(folder: Path, share: float = 1) -> Path:
    words = sorted({word for text in SENTENCES for word in text.lower().strip(".?").split()})
    words = words[: int(share * len(words))]
    read = WordEmbeddings(WhitespaceTokenizer(words, stop_words=set(), do_lower_case=True), torch.randn(len(words), 8))
    SentenceTransformer(modules=[read, Pooling(8, "mean")], device="cpu").save(str(folder))
    return folder


@pytest.mark.parametrize(
    "make",
    [without_padding, without_limit, roberta, beyond_its_places, of_words, without_weights("pooler")],
    ids=lambda make: make.__name__,
)
def test_unusual_encoders_work(make: Callable[[Path], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    encoder = load(make(tmp_path / "model"))
    texts = [*SENTENCES, "x " * 500, ""]
    np.testing.assert_allclose(np.linalg.norm(encoder.encode(texts), axis=1), 1, atol=1e-5)
    capped = {int(t) for batch in encoder.encode_batches(SENTENCES, EmbedOptions(max_tokens=3)) for t in batch.tokens}
    assert capped == {3}
    uncapped = [int(t) for batch in encoder.encode_batches(SENTENCES) for t in batch.tokens]
    assert min(uncapped) > 3, "the cap must not outlast its request"
    assert all("modules.json" in said for said in warnings_of(caplog))


def test_a_model_of_too_few_words_is_measured_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    load(of_words(tmp_path / "model", 0.7))
    assert ["of the words" in said for said in warnings_of(caplog)] == [True]


def test_words_without_a_vector_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    words = tokenizer()
    words.add_tokens(["snow", "sleet"])
    words.save_pretrained(complete(tmp_path / "model"))
    encoder = load(tmp_path / "model")
    assert ["2 words for which the model has no vector, such as 'sleet'" in said for said in warnings_of(caplog)] == [
        True
    ]
    task = make_task("weather", documents=["snow fell", "rain"], queries=["what fell"], judgments=[[0]])
    with pytest.raises(EncoderError, match=r"failed on a document of task weather \(IndexError"):
        prepare(task, CachedEncoder(encoder, store=None))


def test_vectors_that_move_with_their_company_are_told(caplog: pytest.LogCaptureFixture) -> None:
    def encode(texts: list[str]) -> np.ndarray[Any, Any]:
        return np.array([np.random.default_rng(len(text)).normal(size=8) + len(texts) / 4 for text in texts])

    _check_vectors(FunctionEncoder(encode, name="moving"))
    assert ["among others" in said for said in warnings_of(caplog)] == [True]


@pytest.mark.parametrize("device", ["hpu", "meta", "cuda:0,cuda:1"])
def test_odd_devices_are_one_sentence(device: str) -> None:
    with pytest.raises(EncoderError, match=f"device {device} is not usable here"):
        load_encoder(EncoderSettings(device=device))
