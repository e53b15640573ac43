"""Data sets of the hub in the layouts of BEIR and mteb, read through a hub on the loopback address."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.settings.tasks import TasksSettings
from harness.tasks.hub import parted
from harness.tasks.load import load_tasks
from harness.tasks.make import make_task
from tests.harness.tasks.small_hub import serve

DOCUMENTS = [
    {"_id": "d1", "title": "Owls", "text": "Owls hunt."},
    {"_id": "d2", "title": "", "text": "Bees dance."},
    {"_id": "d3", "title": "", "text": ""},
]
QUERIES = [{"_id": "q1", "text": "night birds"}, {"_id": "q2", "text": "nobody judged this"}]
QRELS = [{"query-id": "q1", "corpus-id": "d1", "score": 1}]
CHILD = """
import json, sys
from harness.errors import HarnessError
from harness.settings.tasks import TasksSettings
from harness.tasks.load import load_tasks

for path in sys.argv[1:]:
    try:
        (task,) = load_tasks(TasksSettings(source="folder", paths=[path]))
        print(json.dumps([task.name, task.fingerprint, *task.notes]))
    except HarnessError as error:
        print(json.dumps([type(error).__name__, str(error)]))
"""


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
    write(tmp_path / "hub" / "mine" / "beir", texts)
    write(tmp_path / "hub" / "mine" / "beir-qrels", {"default": ("test", QRELS)})
    write(
        tmp_path / "hub" / "mine" / "mteb",
        {"corpus": ("test", DOCUMENTS), "queries": ("test", QUERIES), "default": ("test", QRELS)},
    )
    write(tmp_path / "hub" / "mine" / "texts", {"default": ("train", QUERIES)})
    return tmp_path


def load(root: Path, address: str, *paths: str) -> list[list[str]]:
    """In a process of its own, since the hub's address is read when its library is imported."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {"HF_ENDPOINT": address, "HF_HOME": str(root / "home"), "HF_HUB_DISABLE_TELEMETRY": "1"}
    environment["HF_HUB_DISABLE_XET"] = "1"
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, *paths], env=environment, capture_output=True, text=True, check=True, timeout=200
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_both_layouts_are_the_task_of_the_same_texts_and_judgments(root: Path) -> None:
    with serve(root / "hub") as address:
        beir, mteb, texts, missing = load(
            root, address, "hf:mine/beir", "hf:mine/mteb@v1", "hf:mine/texts", "hf:mine/nothing"
        )
    for name, (called, fingerprint, note) in (("beir", beir), ("mteb", mteb)):
        expected = make_task(
            name,
            documents={"d1": "Owls Owls hunt.", "d2": "Bees dance.", "d3": ""},
            queries={"q1": "night birds"},
            judgments={"q1": ["d1"]},
        )
        assert (called, fingerprint) == (name, expected.fingerprint)
        assert "documents without text, kept as empty ones: 1 (first d3)" in note
    assert texts[0] == "TaskError"
    assert "has no configuration corpus (it has default)" in texts[1]
    assert missing[0] == "TaskError"
    assert missing[1].startswith("The data set mine/nothing cannot be had from the hub nor from the cache")


def test_a_hub_that_does_not_answer_is_one_sentence(root: Path) -> None:
    with serve(root / "hub") as address:
        pass
    ((kind, said),) = load(root, address, "hf:mine/beir")
    assert kind == "TaskError"
    assert "cannot be had from the hub nor from the cache" in said
    assert "\n" not in said


@pytest.mark.parametrize("place", ["mine", "mine/a/b", "https://hub/mine/beir", "mine/a b", "mine/beir@"])
def test_what_is_no_id_is_a_wrong_request(place: str) -> None:
    with pytest.raises(UsageError, match="write hf:ORG/NAME"):
        load_tasks(TasksSettings(source="folder", paths=[f"hf:{place}"]))
    assert parted("mine/beir@v1.0") == ("mine/beir", "v1.0")
