"""Models from a hub: which commit's weights, how many questions to the hub, and one sentence for each fault."""

import errno
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.encoders.load import load_encoder
from harness.errors import EncoderError
from harness.hub import probe
from harness.hub.part import Part, fetch
from harness.settings.encoder import EncoderSettings
from tests.harness.encoders.small_models import complete, with_code
from tests.harness.loopback_hub import Answer, LoopbackHub, in_use, running

NAME = "someone/model"
MODEL = f"models/{NAME}"
OLD, NEW = "a" * 40, "b" * 40
CODE = EncoderSettings(
    kind="sentence-transformers", model=NAME, revision=OLD, adapters=["retrieval", "clustering"], trust_remote_code=True
)
PLAIN = EncoderSettings(kind="sentence-transformers", model=NAME)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Models by what they are: two commits of one with its own code, and a plain one."""
    root = tmp_path_factory.mktemp("models")
    return {
        "old": with_code(root / "old", seed=1),
        "new": with_code(root / "new", seed=2),
        "plain": complete(root / "plain"),
    }


@pytest.fixture
def hub(folders: dict[str, Path], tmp_path: Path) -> Iterator[LoopbackHub]:
    """A hub with the model of two commits, and an empty cache."""
    with running({MODEL: {OLD: folders["old"], NEW: folders["new"]}}) as server, in_use(server, tmp_path):
        yield server


def test_a_model_with_its_own_code_has_the_weights_of_the_pinned_commit(
    hub: LoopbackHub, folders: dict[str, Path]
) -> None:
    pinned = load_encoder(CODE)
    here = load_encoder(replace(CODE, model=str(folders["old"]), revision=None))
    assert pinned.identity.revision == OLD and pinned.dim == 24
    np.testing.assert_array_equal(pinned.encode(["a cat"]), here.encode(["a cat"]))
    newest = load_encoder(replace(CODE, revision=None))
    assert newest.identity.revision == NEW, "the commit that was taken, where none was named"
    assert np.abs(newest.encode(["a cat"]) - pinned.encode(["a cat"])).max() > 0.01


def test_the_hub_is_probed_once_and_then_left_alone(hub: LoopbackHub) -> None:
    first = load_encoder(CODE)
    probes = hub.requests.count("HEAD /")
    hub.requests.clear()
    hub.failing = (500, {})
    assert load_encoder(CODE).fingerprint == first.fingerprint
    assert probes == 1 and not [line for line in hub.requests if line == "HEAD /" or "resolve" in line]


def test_a_hub_that_answers_without_end_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece comes in time, so that the client's own limit never strikes; so it is where a name is looked up."""
    over = threading.Event()

    class Trickling(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            with suppress(OSError):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not over.wait(0.1):
                    self.wfile.write(b"x")

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing is said of requests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Trickling) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        monkeypatch.setattr(probe, "_SECONDS", 1.0)
        assert probe.hub_trouble() == "no answer in 1 seconds"
        over.set()
        server.shutdown()


def test_without_a_hub_what_is_cached_loads_at_once(hub: LoopbackHub) -> None:
    first = load_encoder(CODE)
    probe._probe.cache_clear()
    hub.down = True
    hub.requests.clear()
    assert load_encoder(CODE).fingerprint == load_encoder(CODE).fingerprint == first.fingerprint
    assert hub.requests == ["HEAD /"]


def _fails(settings: EncoderSettings = PLAIN) -> str:
    with pytest.raises(EncoderError) as caught:
        load_encoder(settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_hub_that_is_down(hub: LoopbackHub) -> None:
    hub.down = True
    said = _fails()
    assert "it answers with an error, 503" in said and f"hf download {NAME}" in said


def test_no_network(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:1")
    said = _fails()
    assert "refused" in said.lower() and "is not on this machine" in said


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, "GatedRepo", "is gated; accept its licence"),
        (404, "RepoNotFound", "has no model"),
        (404, "RevisionNotFound", "has no revision cccc"),
        (418, "", "the hub answers with an error, 418"),
    ],
)
def test_what_the_hub_refuses(hub: LoopbackHub, status: int, code: str, words: str) -> None:
    hub.failing = (status, {"X-Error-Code": code, "X-Error-Message": "no"} if code else {})
    assert words in _fails(replace(PLAIN, revision="c" * 40))


def test_the_librarys_retries_are_not_told(hub: LoopbackHub, caplog: pytest.LogCaptureFixture) -> None:
    """A hub that is back after one error: the library asks again, says so, and nobody hears of it."""
    asked = LoopbackHub.answer

    def once(path: str) -> Answer:
        del hub.answer  # type: ignore[attr-defined]
        return (503, {}, b"{}") if path != "/" else asked(hub, path)

    assert probe.hub_trouble() is None
    hub.answer = once  # type: ignore[method-assign]
    library = logging.getLogger("huggingface_hub")
    library.addHandler(caplog.handler)
    try:
        fetch(Part("model", NAME, NEW))
    finally:
        library.removeHandler(caplog.handler)
    tree = [line for line in hub.requests if "/tree/" in line]
    assert len(tree) == 2, "asked again"
    assert caplog.text == ""


def test_a_revision_that_is_not_there(hub: LoopbackHub) -> None:
    assert "has no revision v9" in _fails(replace(PLAIN, revision="v9"))


def test_a_disk_that_is_full(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("huggingface_hub.file_download.http_get", full)
    assert "no space left for the model" in _fails()


def test_a_file_that_is_damaged(hub: LoopbackHub, folders: dict[str, Path], tmp_path: Path) -> None:
    broken = complete(tmp_path / "broken")
    (broken / "config.json").write_text("{,")
    hub.repositories[MODEL][NEW] = broken
    assert "is damaged (JSONDecodeError" in _fails()


def test_a_snapshot_that_is_half_there(hub: LoopbackHub, tmp_path: Path) -> None:
    load_encoder(CODE)
    for weights in (tmp_path / "hub").rglob("weights.safetensors"):
        weights.unlink()
    hub.down = True
    probe._probe.cache_clear()
    assert "Only part of the model" in _fails(CODE)


def test_other_formats_are_not_fetched(hub: LoopbackHub, folders: dict[str, Path], tmp_path: Path) -> None:
    many = complete(tmp_path / "many")
    for name in ("pytorch_model.bin", "model.onnx", "tf_model.h5"):
        (many / name).write_bytes(b"large")
    (many / "2_Dense").mkdir()
    (many / "2_Dense/pytorch_model.bin").write_bytes(b"needed")
    hub.repositories[MODEL][NEW] = many
    load_encoder(PLAIN)
    fetched = {path.relative_to(tmp_path / "hub").as_posix().partition(f"{NEW}/")[2] for path in
               (tmp_path / "hub").rglob("*") if "snapshots" in path.parts}  # fmt: skip
    assert {"model.safetensors", "2_Dense/pytorch_model.bin"} <= fetched
    assert not fetched & {"pytorch_model.bin", "model.onnx", "tf_model.h5"}
