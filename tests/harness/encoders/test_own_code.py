"""Diffusion models that bring their own code, against that code called by hand, one text at a time."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer

from harness.encoders.load import load_encoder
from harness.encoders.padding import by_pair, by_token
from harness.encoders.protocol import EmbedOptions
from harness.encoders.retrieval_prompt import SYSTEM, Wording, make_frame
from harness.errors import EncoderError
from harness.settings.encoder import EncoderSettings
from harness.testing import check_encoder
from tests.harness.encoders.own_models import like_dream, like_llada, open_naively

TEXTS = ["the harbour was closed because of the storm", "aspirin", "", "word " * 40]


def opened(folder: Path, *, trusted: bool = True, dtype: str = "float32") -> Any:
    options = {"vectors": 3}
    place = {"model": str(folder), "trust_remote_code": trusted, "dtype": dtype, "max_tokens": 512}
    return load_encoder(EncoderSettings(kind="representative-tokens", options=options, **place))


def naive(encoder: Any, model: Any, text: str, count: int, mask: int) -> np.ndarray:
    """Unit hidden states at the masks before the answer is over, of one text alone without any attention mask."""
    words = encoder._words
    first = 'Passage: "'
    last = '". Use a few words to represent the passage in a retrieval task. Make sure your words are in lowercase.'
    answer, closing = 'The words are: "', words('"', add_special_tokens=False)["input_ids"]
    if words.chat_template:
        first, last = f"<system>{SYSTEM}<|im_end|><user>{first}", f"{last}<|im_end|><assistant>{answer}"
        closing += [words.convert_tokens_to_ids("<|im_end|>"), words.eos_token_id]
    else:
        last = f"{last} {answer}"
    ids = [] if words.chat_template or words.cls_token_id is None else [words.cls_token_id]
    for part in (first, text, last):
        ids += words(part, add_special_tokens=False)["input_ids"]
    start = len(ids)
    output = model(torch.tensor([[*ids, *[mask] * count, *closing]]), output_hidden_states=True, return_dict=True)
    said = output.logits[0, start : start + count].argmax(dim=-1).tolist()
    ends = [place for place, one in enumerate(said) if one in words.all_special_ids and one != mask]
    kept = ends[0] if ends and ends[0] > 0 else count
    hidden = output.hidden_states[-1][0, start : start + kept].detach().numpy()
    return hidden / np.linalg.norm(hidden, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("make", "padding", "mask"),
    [
        (like_dream, by_pair, 401),
        (like_llada, by_token, 405),
        (lambda folder: like_llada(folder, "never"), None, 405),
        (lambda folder: like_llada(folder, "causally"), None, 405),
    ],
    ids=["dream", "llada", "llada before October 2025", "a copy that turns causal"],
)
def test_texts_are_read_as_their_own_code_reads_them_alone(make: Any, padding: Any, mask: int, tmp_path: Path) -> None:
    folder = make(tmp_path / "like")
    encoder, model = opened(folder), open_naively(folder)
    assert (encoder._padding, encoder._mask) == (padding, mask)
    found = encoder.encode_many(TEXTS, EmbedOptions(vectors=3))
    for place, text in enumerate(TEXTS):
        np.testing.assert_allclose(found.of(place), naive(encoder, model, text, 3, mask), atol=1e-4)
    assert not np.allclose(found.of(0), found.of(1), atol=1e-2)
    check_encoder(encoder)


def test_a_chat_without_a_system_is_asked_without_one(tmp_path: Path) -> None:
    words = AutoTokenizer.from_pretrained(like_dream(tmp_path / "like"))
    whole = make_frame(words, Wording(), 'Query: "', "query", 1)
    refusing = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system here') }}{% endif %}"
    words.chat_template = refusing + words.chat_template
    frame = make_frame(words, Wording(), 'Query: "', "query", 1)
    assert words.decode(frame.first) == '<user>Query: "' and SYSTEM in words.decode(whole.first)
    assert (frame.last, frame.closing) == (whole.last, whole.closing)
    assert words.decode(frame.last).endswith('in lowercase.<|im_end|><assistant>The word is: "')
    assert words.decode(frame.closing) == '"<|im_end|><|end|>'
    reworded = make_frame(words, Wording({"query": "Q "}, " Words:", ""), "Q ", "query", 2)
    assert (words.decode(reworded.first), words.decode(reworded.last)) == ("<user>Q ", " Words:<|im_end|><assistant>")


def test_code_of_a_model_runs_only_where_it_is_trusted(tmp_path: Path) -> None:
    for make in (like_dream, like_llada):
        with pytest.raises(EncoderError, match=r"brings its own code; if you trust it, set encoder\.trust_remote_code"):
            opened(make(tmp_path / make.__name__), trusted=False)


def test_weights_in_several_files_are_put_in_and_lacking_ones_are_told(tmp_path: Path) -> None:
    folder = like_dream(tmp_path / "like")
    whole = opened(folder).encode(TEXTS)
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    names = sorted(weights)
    files = {name: f"model-{place % 2}.safetensors" for place, name in enumerate(names)}
    for file in set(files.values()):
        save_file({name: weights[name] for name in names if files[name] == file}, folder / file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": files}), "utf-8")
    np.testing.assert_array_equal(opened(folder).encode(TEXTS), whole)
    del weights["lm_head.weight"]
    save_file(weights, folder / "model-0.safetensors")
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": dict.fromkeys(weights, "model-0.safetensors")}), "utf-8"
    )
    with pytest.raises(EncoderError, match=r"lacks the weights lm_head\.weight"):
        opened(folder)


def test_halved_numbers_keep_the_rotary_embedding_whole(tmp_path: Path) -> None:
    encoder = opened(like_dream(tmp_path / "like"), dtype="bfloat16")
    assert encoder._model.dtype == torch.bfloat16 and encoder._model.rotary.inv_freq.dtype == torch.float32
    assert encoder._padding is by_pair
