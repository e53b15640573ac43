"""An encoder that remembers answers as the encoder itself, and encodes each text once."""

from typing import Any

import numpy as np
import pytest

from harness.encoders.protocol import QUERY, EmbedOptions, Encoder
from harness.export.standalone.memory import RememberingEncoder
from tests.harness.export.conftest import TEXTS


def test_it_answers_as_the_encoder_in_every_way_of_asking(wordllama: Encoder) -> None:
    memory = RememberingEncoder(wordllama)
    texts = [*TEXTS, "", "half a pair \ud83d", TEXTS[0]]
    for _ in range(2):
        np.testing.assert_array_equal(memory.embed(texts), wordllama.encode(texts))
        np.testing.assert_array_equal(
            memory.embed(texts, dim=64, keep=True), wordllama.encode(texts, EmbedOptions(dim=64))
        )
        np.testing.assert_array_equal(
            memory.embed(texts, max_tokens=3), wordllama.encode(texts, EmbedOptions(max_tokens=3))
        )
        np.testing.assert_array_equal(memory.embed(texts, role="query"), wordllama.encode(texts, QUERY))
    assert memory.embed([]).shape == (0, 256)


@pytest.mark.parametrize("asked", [{"role": "judge"}, {"adapter": "x"}, {"dim": 0}, {"dim": 999}])
def test_what_the_model_lacks_is_a_value_error(wordllama: Encoder, asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"ncoder"):
        RememberingEncoder(wordllama).embed(["a"], **asked)


def test_what_depends_on_the_query_is_forgotten_in_its_turn(wordllama: Encoder) -> None:
    memory = RememberingEncoder(wordllama, recent=2)
    memory.embed(["kept"], keep=True)
    for text in ("one", "two", "three", "kept", "three"):
        memory.embed([text])
    assert memory.texts_encoded == 4
    memory.embed(["one"])
    assert memory.texts_encoded == 5


def test_one_string_is_no_list(wordllama: Encoder) -> None:
    with pytest.raises(TypeError, match="list of strings"):
        RememberingEncoder(wordllama).embed("text")
