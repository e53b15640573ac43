"""A compiled model is the model but for its last digits; where it cannot be compiled or pinned, a sentence says so."""

from pathlib import Path

import numpy as np
import pytest

from harness.encoders.load import load_encoder
from harness.errors import EncoderError, UsageError
from harness.settings.encoder import EncoderSettings
from tests.harness.encoders.small_models import bare

TEXTS = ["A cat sat on the mat.", "Interest rates rose.", "naive words " * 20]


def test_a_compiled_model_gives_its_vectors_and_is_another_encoder(tmp_path: Path) -> None:
    folder = str(bare(tmp_path / "tiny"))
    plain = load_encoder(EncoderSettings(kind="sentence-transformers", model=folder))
    compiled = load_encoder(EncoderSettings(kind="sentence-transformers", model=folder, compile=True))
    np.testing.assert_allclose(compiled.encode(TEXTS), plain.encode(TEXTS), atol=1e-6)
    assert compiled.fingerprint != plain.fingerprint


def test_without_a_compiler_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(EncoderError, match=r"there is no C\+\+ compiler \(no-such-compiler\); install one"):
        load_encoder(EncoderSettings(compile=True))


def test_memory_is_pinned_for_nvidia_gpus_alone() -> None:
    with pytest.raises(EncoderError, match="is on cpu; set it to false"):
        load_encoder(EncoderSettings(device="cpu", pin_memory=True))


@pytest.mark.parametrize("name", ["compile", "pin_memory"])
@pytest.mark.parametrize(
    "settings", [{"model": "wordllama"}, {"kind": "openai-embeddings"}, {"backend": "onnx"}], ids=str
)
def test_what_torch_does_not_compute_is_refused(name: str, settings: dict[str, str]) -> None:
    chosen = {"kind": "sentence-transformers", "model": "x"} | settings if "backend" in settings else settings
    with pytest.raises(UsageError, match=f"encoder.{name}=true is for models that torch computes"):
        load_encoder(EncoderSettings(**{name: True}, **chosen))  # type: ignore[arg-type]
