"""Where a model cannot be compiled or memory be pinned, a sentence says so.

Compiling takes half a minute of a processor; `scripts/bench_backends.py --compile` sets the vectors beside the
model's own.
"""

import pytest

from harness.encoders.load import load_encoder
from harness.errors import EncoderError, UsageError
from harness.settings.encoder import EncoderSettings


def test_without_a_compiler_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(EncoderError, match=r"there is no C\+\+ compiler \(no-such-compiler\); install one"):
        load_encoder(EncoderSettings(compile=True))
    monkeypatch.setenv("CXX", "")
    with pytest.raises(EncoderError, match=r"there is no C\+\+ compiler \(CXX is empty\)"):
        load_encoder(EncoderSettings(compile=True))


def test_memory_is_pinned_for_nvidia_gpus_alone() -> None:
    with pytest.raises(UsageError, match="is on cpu; set it to false"):
        load_encoder(EncoderSettings(device="cpu", pin_memory=True))


@pytest.mark.parametrize("name", ["compile", "pin_memory"])
@pytest.mark.parametrize(
    "settings", [{"model": "wordllama"}, {"kind": "openai-embeddings"}, {"backend": "onnx"}], ids=str
)
def test_what_torch_does_not_compute_is_refused(name: str, settings: dict[str, str]) -> None:
    chosen = {"kind": "sentence-transformers", "model": "x"} | settings if "backend" in settings else settings
    with pytest.raises(UsageError, match=f"encoder.{name}=true is for models that torch computes"):
        load_encoder(EncoderSettings(**{name: True}, **chosen))  # type: ignore[arg-type]
