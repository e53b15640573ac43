import dataclasses

import numpy as np
import pytest

from harness.encoders.fingerprint import SENTENCES, fingerprint, require_fingerprint
from harness.encoders.load import load_encoder
from harness.encoders.protocol import Encoder
from harness.errors import EncoderError
from harness.settings.encoder import EncoderSettings

SETTINGS = EncoderSettings(model="wordllama", batch_size=1024)


def test_loading_again_gives_the_same(wordllama: Encoder) -> None:
    assert load_encoder(SETTINGS).fingerprint == wordllama.fingerprint
    require_fingerprint(wordllama.fingerprint, wordllama)


@pytest.mark.parametrize(
    "change", [{"prompts": {"query": "q: "}}, {"dtype": "bfloat16"}, {"dim": 128}, {"max_tokens": 9}]
)
def test_whatever_changes_a_vector_changes_it(wordllama: Encoder, change: dict[str, object]) -> None:
    other = load_encoder(dataclasses.replace(SETTINGS, **change))  # type: ignore[arg-type]
    with pytest.raises(EncoderError, match="answers differently"):
        require_fingerprint(wordllama.fingerprint, other)


def test_last_bits_do_not_matter_and_weights_do(wordllama: Encoder) -> None:
    vectors = wordllama.encode(SENTENCES)
    assert fingerprint(vectors * np.float32(1 + 1e-7), {}) == fingerprint(vectors, {})
    assert fingerprint(np.roll(vectors, 1, axis=0), {}) != fingerprint(vectors, {})
    assert fingerprint(vectors, {"revision": "a"}) != fingerprint(vectors, {"revision": "b"})
