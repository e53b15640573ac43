"""Data sets of the hub in the layouts of BEIR and mteb, and mteb's own, read through a hub on the loopback address."""

import errno
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TaskError, UsageError
from harness.hub import probe
from harness.settings.tasks import TasksSettings
from harness.tasks.hub import parted
from harness.tasks.load import load_tasks
from harness.tasks.make import make_task
from harness.tasks.task import RetrievalTask
from tests.harness.loopback_hub import ANY, LoopbackHub, in_use, running
from tests.harness.tasks.layouts import usual

DOCUMENTS = [
    {"_id": "d1", "title": "Owls", "text": "Owls hunt."},
    {"_id": "d2", "title": "", "text": "Bees dance."},
    {"_id": "d3", "title": "", "text": ""},
]
QUERIES = [{"_id": "q1", "text": "night birds"}, {"_id": "q2", "text": "nobody judged this"}]
QRELS = [{"query-id": "q1", "corpus-id": "d1", "score": 1}]
OLD, NEW = "a" * 40, "b" * 40
AILA = "ebfcd844eadd3d667efa3c57fc5c8c87f5c2867e"


def write(folder: Path, parts: Mapping[str, tuple[str, Sequence[Mapping[str, object]]]]) -> None:
    """A data set with a configuration for each part, of one split."""
    folder.mkdir(parents=True)
    card = []
    for config, (split, rows) in parts.items():
        (folder / f"{config}.jsonl").write_text("\n".join(map(json.dumps, rows)))
        card.append(f"- config_name: {config}\n  data_files: [{{split: {split}, path: {config}.jsonl}}]\n")
    (folder / "README.md").write_text(f"---\nconfigs:\n{''.join(card)}---\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    texts = {"corpus": ("corpus", DOCUMENTS), "queries": ("queries", QUERIES)}
    write(tmp_path / "mine" / "beir", texts)
    write(tmp_path / "mine" / "beir-qrels", {"default": ("test", QRELS)})
    parts = {"corpus": ("test", DOCUMENTS), "queries": ("test", QUERIES), "default": ("test", QRELS)}
    write(tmp_path / "mine" / "mteb", {"unneeded": ("test", QUERIES), **parts})
    write(tmp_path / "mine" / "texts", {"default": ("train", QUERIES)})
    write(tmp_path / "mine" / "old", {**parts, "corpus": ("test", DOCUMENTS[:1])})
    usual(tmp_path / "mteb" / "AILA_statutes")
    return tmp_path


@pytest.fixture
def hub(root: Path) -> Iterator[LoopbackHub]:
    """A hub with those data sets, of which mine/mteb has two commits, and an empty cache."""
    names = ("mine/beir", "mine/beir-qrels", "mine/texts", "mteb/AILA_statutes")
    repositories = {f"datasets/{name}": {ANY: root / name} for name in names}
    repositories["datasets/mine/mteb"] = {OLD: root / "mine/old", NEW: root / "mine/mteb"}
    with running(repositories) as server, in_use(server, root / "home"):
        yield server


def load(place: str) -> RetrievalTask:
    (task,) = load_tasks(TasksSettings(source="folder", paths=[place]))
    return task


def statutes() -> RetrievalTask:
    (task,) = load_tasks(TasksSettings(source="mteb14", names=["AILAStatutes"]))
    return task


def fails(place: str = "") -> str:
    """What is said where a place, or the mteb task, cannot be had."""
    with pytest.raises(TaskError) as caught:
        load(place) if place else statutes()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_both_layouts_are_the_task_of_the_same_texts_and_judgments(hub: LoopbackHub) -> None:
    for name, place in (("beir", "hf:mine/beir"), ("mteb", "hf:mine/mteb")):
        expected = make_task(
            name,
            documents={"d1": "Owls Owls hunt.", "d2": "Bees dance.", "d3": ""},
            queries={"q1": "night birds"},
            judgments={"q1": ["d1"]},
        )
        task = load(place)
        assert (task.name, task.fingerprint) == (name, expected.fingerprint)
        assert "documents without text, kept as empty ones: 1 (first d3)" in task.notes[0]
    assert not [line for line in hub.requests if "unneeded" in line], "only what is needed is fetched"
    assert len(load(f"hf:mine/mteb@{OLD}").documents) == 1


def test_what_is_cached_is_read_at_its_revision_and_at_once_without_a_hub(
    hub: LoopbackHub, capfd: pytest.CaptureFixture[str]
) -> None:
    first = [load(f"hf:mine/mteb@{NEW}"), load(f"hf:mine/mteb@{OLD}"), load("hf:mine/beir"), statutes()]
    hub.requests.clear()
    hub.down = True
    probe._probe.cache_clear()
    again = [load(f"hf:mine/mteb@{NEW}"), load(f"hf:mine/mteb@{OLD}"), load("hf:mine/beir"), statutes()]
    assert [task.fingerprint for task in again] == [task.fingerprint for task in first]
    assert hub.requests == ["HEAD /"], "one probe for all"
    assert capfd.readouterr() == ("", ""), "nothing is said where there is no terminal"


def test_what_is_pinned_and_cached_asks_the_hub_nothing(hub: LoopbackHub) -> None:
    first = statutes()
    hub.requests.clear()
    assert statutes().fingerprint == first.fingerprint
    assert hub.requests == []


def test_a_data_set_that_lacks_something(hub: LoopbackHub) -> None:
    assert "has no configuration corpus (it has default)" in fails("hf:mine/texts")
    assert not [line for line in hub.requests if line.endswith(".jsonl")], "nothing is fetched in vain"
    assert fails("hf:mine/nothing").startswith("The hub has no data set mine/nothing; check tasks.paths")
    assert "has no revision v9; check tasks.paths" in fails("hf:mine/mteb@v9")
    del hub.repositories["datasets/mine/beir-qrels"]
    assert "mine/beir-qrels, where the judgments of mine/beir are looked for" in fails("hf:mine/beir")


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, "GatedRepo", "is gated; accept its licence"),
        (404, "RepoNotFound", "The hub has no data set mteb/AILA_statutes of the mteb task AILAStatutes"),
        (404, "RevisionNotFound", "has no revision ebfcd844"),
        (418, "", "the hub answers with an error, 418"),
    ],
)
def test_what_the_hub_refuses(hub: LoopbackHub, status: int, code: str, words: str) -> None:
    hub.failing = (status, {"X-Error-Code": code, "X-Error-Message": "no"} if code else {})
    assert words in fails()


def test_a_hub_that_is_down_and_no_network(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.down = True
    said = fails()
    assert "it answers with an error, 503" in said
    assert '`scripts/prefetch tasks=mteb "tasks.names=[AILAStatutes]"`' in said
    assert "503" in fails("hf:mine/beir")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:1")
    assert "refused" in fails("hf:mine/beir").lower()


def test_a_disk_that_is_full(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("huggingface_hub.file_download.http_get", full)
    assert "no space left for the data set mteb/AILA_statutes" in fails()


@pytest.mark.parametrize(
    ("place", "file", "content"),
    [
        ("", "mteb/AILA_statutes/corpus/test-00000-of-00001.parquet", "no table"),
        ("hf:mine/mteb", "mine/mteb/corpus.jsonl", "{,"),
        ("hf:mine/beir", "mine/beir/README.md", "---\nconfigs: [\n---\n"),
    ],
)
def test_a_file_that_is_damaged(hub: LoopbackHub, root: Path, place: str, file: str, content: str) -> None:
    (root / file).write_text(content)
    said = fails(place)
    assert "A file of the data set" in said and "is damaged" in said


def test_a_data_set_that_is_half_there(hub: LoopbackHub, root: Path) -> None:
    statutes()
    for file in (root / "home").rglob("*.parquet"):
        file.unlink()
    hub.down = True
    probe._probe.cache_clear()
    assert "Only part of the data set mteb/AILA_statutes" in fails()


@pytest.mark.parametrize("place", ["mine", "mine/a/b", "https://hub/mine/beir", "mine/a b", "mine/beir@"])
def test_what_is_no_id_is_a_wrong_request(place: str) -> None:
    with pytest.raises(UsageError, match="write hf:ORG/NAME"):
        load_tasks(TasksSettings(source="folder", paths=[f"hf:{place}"]))
    assert parted("mine/beir@v1.0") == ("mine/beir", "v1.0")
