"""mteb tasks: the pinned lists exist, a task on disk loads offline, texts are joined as mteb joins them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.encoders.cached import CachedEncoder
from harness.errors import TaskError, UsageError
from harness.evaluation.preparing import prepare_all
from harness.evaluation.secret import Secret
from harness.settings.tasks import TasksSettings
from harness.tasks.mteb_lists import HELDOUT19, MTEB14, MULTILINGUAL, MtebEntry
from harness.tasks.mteb_source import document_text, from_mteb_task, load_mteb, query_text
from harness.tasks.source import TaskSource
from harness.tasks.task import RetrievalTask
from harness.testing import check_task_source
from tests.harness.tasks.as_mteb import as_mteb_model, ndcg_by_mteb

mteb = pytest.importorskip("mteb")
pytestmark = pytest.mark.filterwarnings("ignore")

README = """---
configs:
- config_name: corpus
  data_files: [{split: test, path: corpus.jsonl}]
- config_name: queries
  data_files: [{split: test, path: queries.jsonl}]
- config_name: default
  data_files: [{split: test, path: qrels.jsonl}]
---
"""
CORPUS = '{"_id": "d1", "title": "Owls", "text": " Owls hunt. "}\n{"_id": "d2", "title": "", "text": " Bees dance. "}\n'
QUERIES = '{"_id": "q1", "text": "night birds"}\n{"_id": "q2", "text": "nobody judged this"}\n'
QRELS = '{"query-id": "q1", "corpus-id": "d1", "score": 2}\n{"query-id": "q1", "corpus-id": "d2", "score": 0}\n'


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in (("README.md", README), ("corpus.jsonl", CORPUS), ("queries.jsonl", QUERIES)):
        (tmp_path / name).write_text(text)
    (tmp_path / "qrels.jsonl").write_text(QRELS)
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    return tmp_path


def load_from(dataset: Path, *, ignore_identical: bool = False, settings: TasksSettings | None = None) -> RetrievalTask:
    settings = settings or TasksSettings()
    return from_mteb_task(
        animals(dataset, ignore_identical=ignore_identical),
        label="Animals",
        split="test",
        subset="default",
        domain="nature",
        max_queries=settings.max_queries,
        seed=settings.seed,
        held_out=settings.held_out,
    )


def animals(dataset: Path, *, ignore_identical: bool = False) -> Any:
    """The task as mteb has it."""
    from mteb.abstasks.retrieval import AbsTaskRetrieval
    from mteb.abstasks.task_metadata import TaskMetadata

    class Animals(AbsTaskRetrieval):  # type: ignore[misc, unused-ignore]
        ignore_identical_ids = ignore_identical
        metadata = TaskMetadata(
            name="Animals",
            description="Find the animal.",
            dataset={"path": str(dataset), "revision": "main"},
            type="Retrieval",
            category="t2t",
            eval_splits=["test"],
            eval_langs=["eng-Latn"],
            main_score="ndcg_at_1",
        )

    return Animals()


def test_a_task_on_disk_is_loaded_offline(dataset: Path) -> None:
    task = load_from(dataset)
    assert task.documents == {"d1": "Owls  Owls hunt.", "d2": "Bees dance."}
    assert task.queries == {"q1": "night birds"}
    assert task.qrels == {"q1": {"d1": 2, "d2": 0}}
    assert (task.source, task.domain, task.description) == ("mteb", "nature", "Find the animal.")


RANKED = """- config_name: top_ranked
  data_files: [{split: test, path: top_ranked.jsonl}]
---
"""


def test_a_reranking_task_is_judged_as_mteb_judges_it(dataset: Path, cached_wordllama: CachedEncoder) -> None:
    """mteb's own evaluation of the same encoder on the same candidates gives the cosine's nDCG@10 here."""
    texts = [
        f"{word} number {n}" for n in range(4) for word in ("owl", "bee", "fox", "elk", "ant", "eel", "yak", "gnu")
    ]
    rows = {
        "corpus": [{"_id": f"d{n}", "title": "", "text": text} for n, text in enumerate(texts)],
        "queries": [{"_id": f"q{n}", "text": f"the {text}"} for n, text in enumerate(texts[:9])],
        "qrels": [{"query-id": f"q{n}", "corpus-id": f"d{n + m}", "score": 1} for n in range(9) for m in (0, 8, 16)],
        # Not all that is relevant is among the candidates, and they are not equally many.
        "top_ranked": [
            {"query-id": f"q{n}", "corpus-ids": [f"d{(n + 5 * m) % 32}" for m in range(12 + n)]} for n in range(9)
        ],
    }
    for name, content in rows.items():
        (dataset / f"{name}.jsonl").write_text("\n".join(map(json.dumps, content)))
    (dataset / "README.md").write_text(README.replace("---\n", RANKED, 2).replace(RANKED, "---\n", 1))
    task = load_from(dataset)
    assert task.candidates.given is not None
    assert [len(task.candidates.given[f"q{n}"]) for n in range(9)] == [12 + n for n in range(9)]
    with prepare_all([task], cached_wordllama, secret=Secret("a")) as (ready,):
        ours = ready.baseline.value
    theirs = ndcg_by_mteb(animals(dataset), as_mteb_model(cached_wordllama))
    assert ours == pytest.approx(theirs, abs=1e-5)  # mteb rounds to five digits
    assert 0.2 < ours < 0.9


def test_data_that_is_not_clean_is_judged_as_mteb_judges_it(dataset: Path, cached_wordllama: CachedEncoder) -> None:
    texts = [f"{word} number {n}" for n in range(3) for word in ("owl", "bee", "fox", "elk", "ant", "eel")]
    rows = {
        "corpus": [{"_id": f"d{n}", "title": "", "text": text} for n, text in enumerate([*texts, "", ""])],
        "queries": [{"_id": f"q{n}", "text": f"the {text}"} for n, text in enumerate(texts[:9])],
        "qrels": [
            *({"query-id": f"q{n}", "corpus-id": f"d{n + m}", "score": 1} for n in range(8) for m in (0, 6)),
            *({"query-id": f"q{n}", "corpus-id": f"gone{n}", "score": 2} for n in range(3)),
            {"query-id": "q7", "corpus-id": "d7", "score": 3},  # a second time
            {"query-id": "nobody", "corpus-id": "d1", "score": 1},
        ],
    }
    for name, content in rows.items():
        (dataset / f"{name}.jsonl").write_text("\n".join(map(json.dumps, content)))
    task = load_from(dataset)
    assert "which nobody finds: 3 (first gone" in task.notes[0]
    with prepare_all([task], cached_wordllama, secret=Secret("a")) as (ready,):
        ours = ready.baseline.value
    theirs = ndcg_by_mteb(animals(dataset), as_mteb_model(cached_wordllama))
    assert ours == pytest.approx(theirs, abs=1e-5)  # mteb rounds to five digits
    assert 0.2 < ours < 0.95


def test_an_mteb_task_keeps_the_contract_of_a_source(dataset: Path) -> None:
    asked = [{"_id": f"q{n}", "text": f"animal {n}"} for n in range(8)]
    judged = [{"query-id": f"q{n}", "corpus-id": f"d{n % 2 + 1}", "score": 1} for n in range(8)]
    for name, rows in (("queries", asked), ("qrels", judged)):
        (dataset / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))

    def make(settings: TasksSettings) -> TaskSource:
        return TaskSource(["Animals"], lambda name: load_from(dataset, settings=settings))

    check_task_source(make, TasksSettings())


def test_identical_ids_are_ignored_where_mteb_ignores_them(dataset: Path) -> None:
    assert load_from(dataset, ignore_identical=True).ignore_identical_ids
    assert not load_from(dataset).ignore_identical_ids


def test_data_that_cannot_be_read_is_one_sentence(dataset: Path) -> None:
    (dataset / "corpus.jsonl").unlink()
    with pytest.raises(TaskError, match=r"of the mteb task Animals cannot be read \(FileNotFound") as caught:
        load_from(dataset)
    assert "\n" not in str(caught.value)


def test_texts_are_joined_as_mteb_joins_them() -> None:
    from datasets import Dataset
    from mteb._create_dataloaders import _retrieval_texts
    from mteb.types import PromptType

    corpus = [{"id": "a", "title": " T ", "text": " body "}, {"id": "b", "title": "", "text": " body "}]
    asked: list[dict[str, Any]] = [
        {"id": "a", "text": "who?", "instruction": "Be brief."},
        {"id": "b", "text": "why?", "instruction": None},
    ]
    talk: list[dict[str, Any]] = [
        {"id": "a", "text": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}]}
    ]
    assert [document_text(row) for row in corpus] == _retrieval_texts(Dataset.from_list(corpus), PromptType.document)
    assert [query_text(row) for row in asked] == _retrieval_texts(Dataset.from_list(asked), PromptType.query)
    assert [query_text(row) for row in talk] == _retrieval_texts(Dataset.from_list(talk), PromptType.query)


@pytest.mark.parametrize("pin", [*MTEB14, *HELDOUT19, *MULTILINGUAL], ids=lambda pin: pin.label)
def test_every_pinned_task_exists_with_its_split_and_subset(pin: MtebEntry) -> None:
    task = mteb.get_task(pin.name)
    assert pin.split in task.eval_splits
    assert pin.subset in task.hf_subsets
    assert task.metadata.dataset["revision"].startswith(pin.revision)


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("SciFct", "mteb has no task SciFct .*Did you mean: 'SciFact'"),
        ("STS12", "is a STS task; choose a retrieval or reranking task"),
        ("LEMBNeedleRetrieval/test_1", "has no split test_1; write NAME/SPLIT with one of: test_256"),
        ("MIRACLRetrieval", "has no subset default; write NAME/SPLIT/SUBSET with one of: ar, bn"),
        ("SciFact//default", "is not an mteb task"),
    ],
)
def test_a_wrong_name_is_one_sentence(label: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_mteb(label)


def test_an_uncached_task_offline_says_which_and_how_to_fetch_it(tmp_path: Path) -> None:
    code = (
        "from harness.errors import TaskError\n"
        "from harness.tasks.mteb_source import load_mteb\n"
        "try: load_mteb('AILAStatutes')\n"
        "except TaskError as error: print(error)"
    )
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    (sentence,) = ran.stdout.splitlines()
    assert sentence.startswith("The data set mteb/AILA_statutes of the mteb task AILAStatutes is not on this machine")
    assert "switched off by HF_HUB_OFFLINE" in sentence
    assert '`scripts/prefetch tasks=mteb "tasks.names=[AILAStatutes]"`' in sentence
