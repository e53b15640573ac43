"""What a run needs is told, fetched, and then enough without a hub."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import harness
from harness.hub import probe
from harness.prefetch.__main__ import main
from tests.harness.encoders.small_models import complete
from tests.harness.loopback_hub import ANY, LoopbackHub, in_use, running
from tests.harness.tasks.layouts import long_embed, usual

MODEL = "someone/model"
WORDS = ["encoder=folder", f"encoder.model={MODEL}", "tasks=mteb14", "tasks.names=[AILAStatutes,LEMBQMSumRetrieval]"]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LoopbackHub]:
    """A hub with a model and the data of two tasks, and an empty cache."""
    repositories = {
        f"models/{MODEL}": {"a" * 40: complete(tmp_path / "model")},
        "datasets/mteb/AILA_statutes": {ANY: usual(tmp_path / "AILA_statutes")},
        "datasets/dwzhu/LongEmbed": {ANY: long_embed(tmp_path / "LongEmbed")},
    }
    with running(repositories) as server, in_use(server, tmp_path / "home"):
        yield server


def files(home: Path) -> set[str]:
    return {path.name for path in (home / "hub").rglob("*") if "snapshots" in path.parts and path.is_file()}


def test_a_run_needs_no_hub_after_it(hub: LoopbackHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", *WORDS]) == 0
    listed = capsys.readouterr().out
    size = sum(path.stat().st_size for path in (tmp_path / "AILA_statutes").rglob("*") if path.is_file())
    assert f"data set mteb/AILA_statutes of the mteb task AILAStatutes: 4 files, {size / 1e3:.1f} kB, " in listed
    assert "data set dwzhu/LongEmbed of the mteb task LEMBQMSumRetrieval: 4 files" in listed, "one of its five parts"
    assert listed.splitlines()[-1].startswith("To fetch: ") and f"model {MODEL}: " in listed
    assert files(tmp_path / "home") == {"README.md"}, "cards alone"

    assert main(WORDS) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Ready: 2 tasks and the encoder someone/model")
    assert main(["--list", *WORDS]) == 0
    said = capsys.readouterr().out
    assert said.count("here already") == 3 and said.endswith("To fetch: 0 bytes.\n")

    hub.down = True
    hub.requests.clear()
    probe._probe.cache_clear()
    done = harness.evaluate("soft_centroid", *WORDS, f"cache.folder={tmp_path / 'cache'}")
    assert done.ok and len(done.outcomes) == 2
    assert hub.requests == ["HEAD /"]


def test_a_bundled_encoder_and_own_texts_need_nothing(hub: LoopbackHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "encoders=[wordllama,minilm]", "tasks=documentation"]) == 0
    assert capsys.readouterr().out == "Nothing of the hub is needed.\n"


@pytest.mark.parametrize("kind", ["tokens-of", "multi-vector", "representative-tokens"])
def test_models_of_many_vectors_are_fetched_too(
    hub: LoopbackHub, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    words = [f"encoder.kind={kind}", f"encoder.model={MODEL}", "tasks=documentation"]
    assert main(["--list", *words]) == 0
    assert f"model {MODEL}: " in capsys.readouterr().out
    assert main(["--list", "encoder=minilm-tokens", "tasks=documentation"]) == 0
    assert capsys.readouterr().out == "Nothing of the hub is needed.\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["tasks=mteb15"], 2, "mteb14"),
        (["mteb14"], 2, "mteb14 is no setting"),
        (["tasks=mteb14", "tasks.names=[BarExamQA]"], 1, "has no data set isaacus/mteb-barexam-qa"),
        (["encoder=folder", "encoder.model=someone/else"], 1, "has no model someone/else"),
    ],
)
def test_what_cannot_be_had_is_one_sentence(
    hub: LoopbackHub, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert main(words) == code
    error = capsys.readouterr().err.removeprefix("Looking up what is needed ...\n")
    assert error.startswith("prefetch: ") and said in error and error.count("\n") == 1


def test_no_network_and_no_room_are_said_before_anything_is_fetched(
    hub: LoopbackHub, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
    assert main(WORDS) == 1
    assert "10 bytes are free" in capsys.readouterr().err
    assert files(tmp_path / "home") == {"README.md"}
    hub.down = True
    probe._probe.cache_clear()
    assert main(WORDS) == 1
    assert "it answers with an error, 503); run this where there is a network" in capsys.readouterr().err
