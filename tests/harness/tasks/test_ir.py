"""Collections of ir_datasets: read where the package is installed, one sentence where it is not."""

import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.errors import TaskError, UsageError
from harness.settings.tasks import TasksSettings
from harness.tasks.ir import _records
from harness.tasks.load import load_tasks
from harness.tasks.make import make_task


def load(name: str, split: str | None = None) -> str:
    (task,) = load_tasks(TasksSettings(source="folder", paths=[f"ir_datasets:{name}"], split=split))
    return task.fingerprint


def test_without_the_package_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ir_datasets", None)  # what an import of it finds where it is missing
    with pytest.raises(TaskError, match=r"needs a package that is not installed; `pip install 'ttc-retrieval\[ir-data"):
        load("cranfield")


def test_texts_that_the_package_does_not_know_of_are_told_with_what_there_is() -> None:
    class CodeSearchNetDoc(NamedTuple):  # as of version 0.5.11
        doc_id: str
        func_name: str
        code: str

    with pytest.raises(
        TaskError, match=r"^ir_datasets:csn, documents, have no text .* but doc_id, func_name, code; write"
    ):
        list(_records([CodeSearchNetDoc("1", "f", "def f(): pass")], "ir_datasets:csn, documents"))


def test_a_collection_is_the_task_of_its_texts(tmp_path: Path) -> None:
    ir_datasets = pytest.importorskip("ir_datasets")
    (tmp_path / "docs.tsv").write_text("d1\tOwls hunt\nd2\tBees dance\n")
    (tmp_path / "queries.tsv").write_text("q1\tbirds\nq2\tnobody judged this\n")
    (tmp_path / "qrels").write_text("q1 0 d1 2\nq1 0 d2 -1\n")
    files = {"docs_tsv": "docs.tsv", "queries_tsv": "queries.tsv"}
    texts = {key: str(tmp_path / file) for key, file in files.items()}
    name = f"own/{tmp_path.name}"
    ir_datasets.registry.register(name, ir_datasets.create_dataset(**texts, qrels_trec=str(tmp_path / "qrels")))
    ir_datasets.registry.register(f"{name}/texts", ir_datasets.create_dataset(**texts))
    expected = make_task(
        name,
        documents={"d1": "Owls hunt", "d2": "Bees dance"},
        queries={"q1": "birds"},
        judgments={"q1": {"d1": 2, "d2": 0}},
    )
    assert load(name) == expected.fingerprint
    with pytest.raises(UsageError, match="has no qrels; name a part that has all"):
        load(f"{name}/texts")
    with pytest.raises(UsageError, match=r"leave tasks\.split out"):
        load(name, split="test")
    with pytest.raises(UsageError, match="has no collection own/nothing"):
        load("own/nothing")
    (tmp_path / "docs.tsv").unlink()
    with pytest.raises(TaskError, match=f"The data of ir_datasets:{name} cannot be had"):
        load(name)
