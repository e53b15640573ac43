"""Data as it is published: the same is kept and dropped whatever the source, as mteb does, and it is counted."""

import json
from pathlib import Path

import pandas as pd
import pytest

from harness.encoders.cached import CachedEncoder
from harness.errors import TaskError
from harness.evaluation.given import open_tasks
from harness.evaluation.watcher import Watcher
from harness.settings import compose
from harness.settings.tasks import TasksSettings
from harness.tasks.folder import load_folder
from harness.tasks.gathered import LONGEST
from harness.tasks.load import load_tasks
from harness.tasks.make import make_task
from harness.tasks.task import RetrievalTask

CORPUS = [("d1", "Owls hunt."), ("d2", ""), ("d1", "Another."), ("d3", "Bees dance.")]
QUERIES = [("q1", "night birds"), ("q2", "insects"), ("q3", "nobody judged this"), ("q2", "again")]
QRELS = [("q1", "d1", 1), ("q1", "gone", 1), ("q9", "d1", 1), ("q2", "d3", 1), ("q2", "d3", 2)]

KEPT = (
    "Task animals: documents without text, kept as empty ones: 1 (first d2); "
    "documents with the id of an earlier one, dropped: 1 (first d1); "
    "queries with the id of an earlier one, dropped: 1 (first q2); "
    "judgments of documents that are not there, which nobody finds: 1 (first gone); "
    "judgments of queries that are not there, dropped: 1 (first q9); "
    "judgments of a pair that was judged before, in place of the earlier one: 1 (first q2 and d3); "
    "queries without a judgment, left out: 1 (first q3)."
)


def write(folder: Path, documents: list[tuple[str, str]] = CORPUS) -> Path:
    (folder / "qrels").mkdir(parents=True)
    for name, rows in (("corpus", documents), ("queries", QUERIES)):
        lines = [json.dumps({"_id": identifier, "text": text}) for identifier, text in rows]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text("".join(f"{q}\t{d}\t{g}\n" for q, d, g in QRELS), encoding="utf-8")
    return folder


def given() -> RetrievalTask:
    return make_task(
        "animals",
        documents=pd.DataFrame(CORPUS, columns=["docno", "contents"]),
        queries=pd.DataFrame(QUERIES, columns=["qid", "text"]),
        judgments=pd.DataFrame(QRELS, columns=["qid", "docno", "label"]),
    )


def test_a_folder_and_objects_are_kept_alike_and_counted(tmp_path: Path) -> None:
    read, made = load_folder(write(tmp_path / "animals")), given()
    for task in (read, made):
        assert task.documents == {"d1": "Owls hunt.", "d2": "", "d3": "Bees dance."}
        assert task.queries == {"q1": "night birds", "q2": "insects"}
        assert task.qrels == {"q1": {"d1": 1, "gone": 1}, "q2": {"d3": 2}}
        assert task.notes == (KEPT,)
    assert read.fingerprint == made.fingerprint


def test_copies_of_a_relevant_text_that_nobody_judged_are_counted() -> None:
    documents = {"d1": "Owls hunt.", "d2": "Bees dance.", "d3": "Owls hunt.", "d4": "Owls hunt.", "d5": "", "d6": ""}
    qrels = {"q1": {"d1": 1, "d4": 0}, "q2": {"d2": 1, "d1": 0}, "q3": {"d5": 1}}
    task = make_task("owls", documents=documents, queries={"q1": "hunt", "q2": "dance", "q3": "no"}, judgments=qrels)
    told = "documents without a judgment, of the very text of a relevant one, counted as not relevant: 1 (first d3)"
    assert task.notes[0].endswith(f"; {told}.")
    assert task.qrels == qrels, "they are scored as mteb scores them"


def test_whoever_watches_hears_of_it(tmp_path: Path) -> None:
    heard: list[str] = []

    class Hearing(Watcher):
        def noted(self, sentence: str) -> None:
            heard.append(sentence)

    open_tasks(compose(["tasks=folder", f"tasks.paths=[{write(tmp_path / 'animals')}]"]), None, Hearing())
    open_tasks(compose([]), [given()], Hearing())
    assert heard == [KEPT, KEPT]


def test_the_same_data_through_mteb_is_the_same_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets
    from mteb.abstasks.retrieval import AbsTaskRetrieval
    from mteb.abstasks.task_metadata import TaskMetadata

    from harness.tasks.mteb_source import from_mteb_task

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    folder = write(tmp_path / "animals")
    rows = [{"query-id": query, "corpus-id": document, "score": grade} for query, document, grade in QRELS]
    (folder / "judged.jsonl").write_text("\n".join(map(json.dumps, rows)))
    files = {"corpus": "corpus.jsonl", "queries": "queries.jsonl", "default": "judged.jsonl"}
    configs = [
        f"- config_name: {name}\n  data_files: [{{split: test, path: {file}}}]\n" for name, file in files.items()
    ]
    (folder / "README.md").write_text(f"---\nconfigs:\n{''.join(configs)}---\n")

    class Animals(AbsTaskRetrieval):  # type: ignore[misc, unused-ignore]
        metadata = TaskMetadata(
            name="Animals",
            description="Find the animal.",
            dataset={"path": str(folder), "revision": "main"},
            type="Retrieval",
            category="t2t",
            eval_splits=["test"],
            eval_langs=["eng-Latn"],
            main_score="ndcg_at_1",
        )

    task = from_mteb_task(
        Animals(),
        label="animals",
        split="test",
        subset="default",
        domain="nature",
        max_queries=None,
        seed=0,
        held_out=False,
    )
    assert task.fingerprint == load_folder(folder).fingerprint
    assert "documents without text, kept as empty ones: 1 (first d2)" in task.notes[0]


def test_a_document_without_text_and_one_that_is_not_there_can_be_measured(cached_wordllama: CachedEncoder) -> None:
    from harness.evaluation.preparing import prepare_all
    from harness.evaluation.secret import Secret

    with prepare_all([given()], cached_wordllama, secret=Secret("a")) as (ready,):
        first, second = ready.baseline.per_query
    assert 0 < first < 1  # of two relevant documents one is nowhere
    assert second == 1


@pytest.mark.parametrize(
    ("judgments", "said"),
    [
        ([("q7", "d1", 1)], "judges none of the queries"),
        ([("q1", "D1", 1)], "judges documents relevant of which none is in the corpus, such as 'D1'"),
        ([("q1", "d1", 0)], "judges no document relevant"),
        ([("q1", "d1", 0.5), ("q1", "d2", "high")], "has 2 faults: 'q1' and 'd1': the grade must be a whole number"),
    ],
)
def test_judgments_that_measure_nothing_are_refused(judgments: list[tuple[str, str, object]], said: str) -> None:
    with pytest.raises(TaskError, match=said):
        make_task("t", documents={"d1": "Owls", "d2": "Bees"}, queries={"q1": "night birds"}, judgments=judgments)


def test_an_endless_document_is_refused_with_file_and_id_or_cut_with_a_count(tmp_path: Path) -> None:
    folder = write(tmp_path / "animals", [*CORPUS, ("endless", "a" * (LONGEST + 1))])
    with pytest.raises(TaskError, match=r"corpus\.jsonl, line 5: the text of 'endless' has 5,000,001 characters.*cut"):
        load_folder(folder)
    (task,) = load_tasks(TasksSettings(source="folder", paths=[str(folder)], cut=7))
    assert task.documents == {"d1": "Owls hu", "d2": "", "d3": "Bees da", "endless": "a" * 7}
    assert "documents of more than 7 characters, cut there: 3 (first d1)" in task.notes[0]


def test_writing_without_spaces_is_told() -> None:
    def notes(*documents: str) -> tuple[str, ...]:
        return make_task("t", documents=documents, queries=["q"], judgments=[[0]]).notes

    assert notes("Owls hunt.", "Совы охотятся") == notes("올빼미는 밤에 사냥한다") == notes("123") == ()
    assert "cjk=True" in notes("猫头鹰在夜间捕猎。", "蜜蜂 dance")[0]
    assert "cjk=True" in notes("フクロウは夜に狩りをする。")[0]
    assert "no primitive parts them" in notes("นกฮูกล่าเหยื่อตอนกลางคืน")[0]
