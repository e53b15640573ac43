"""A folder in BEIR layout becomes a task, and every fault in it is named with its file and line."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import TaskError, UsageError
from harness.settings.tasks import TasksSettings
from harness.tasks.folder import load_folder
from harness.tasks.load import load_tasks

CORPUS = [{"_id": "d1", "title": "Owls", "text": "Owls hunt at night."}, {"_id": "d2", "text": "Bees dance."}]
QUERIES = [{"_id": "q1", "text": "night birds"}, {"_id": "q2", "text": "insects"}, {"_id": "q3", "text": "not judged"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\td2\t1\n"


def json_lines(records: list[dict[str, str]]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "animals"
    (root / "qrels").mkdir(parents=True)
    (root / "corpus.jsonl").write_text(json_lines(CORPUS), encoding="utf-8")
    (root / "queries.jsonl").write_text(json_lines(QUERIES), encoding="utf-8")
    (root / "qrels" / "test.tsv").write_text(QRELS, encoding="utf-8")
    return root


def test_a_folder_becomes_a_task(folder: Path) -> None:
    task = load_folder(folder)
    assert task.name == "animals"
    assert task.documents == {"d1": "Owls Owls hunt at night.", "d2": "Bees dance."}
    assert task.queries == {"q1": "night birds", "q2": "insects"}
    assert task.qrels == {"q1": {"d1": 2, "d2": 0}, "q2": {"d2": 1}}
    assert not task.held_out


def test_queries_that_are_documents_do_not_find_themselves(folder: Path) -> None:
    assert not load_folder(folder).ignore_identical_ids
    assert load_folder(folder, ignore_identical_ids=True).ignore_identical_ids
    same = [{"_id": "d1", "text": "OWLS hunt at\tnight."}, {"_id": "d2", "text": "another text"}]
    (folder / "queries.jsonl").write_text(json_lines(same), encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text("d1\td2\t1\nd2\td1\t1\n", encoding="utf-8")
    assert load_folder(folder).ignore_identical_ids
    assert not load_folder(folder, ignore_identical_ids=False).ignore_identical_ids
    settings = TasksSettings(source="folder", paths=[str(folder)])
    assert load_tasks(settings)[0].ignore_identical_ids
    assert not load_tasks(replace(settings, ignore_identical_ids=False))[0].ignore_identical_ids


def test_equal_ids_of_other_texts_and_documents_that_answer_themselves_are_kept(folder: Path) -> None:
    numbered = [{"_id": "d1", "text": "night birds"}, {"_id": "d2", "text": "insects"}]
    (folder / "queries.jsonl").write_text(json_lines(numbered), encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text("d1\td1\t1\nd2\td2\t1\n", encoding="utf-8")
    assert not load_folder(folder).ignore_identical_ids
    own = [{"_id": "d1", "text": "Owls hunt"}, {"_id": "d2", "text": "Bees dance."}]
    (folder / "queries.jsonl").write_text(json_lines(own), encoding="utf-8")
    assert not load_folder(folder).ignore_identical_ids


def test_lines_may_end_or_start_as_other_systems_write_them(folder: Path) -> None:
    fingerprint = load_folder(folder).fingerprint
    for file in (folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels" / "test.tsv"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert load_folder(folder).fingerprint == fingerprint


def test_a_line_separator_inside_a_text_does_not_end_the_line(folder: Path) -> None:
    record = json.dumps({"_id": "d3", "text": "one\u2028two"}, ensure_ascii=False)
    (folder / "corpus.jsonl").write_text(json_lines(CORPUS) + record, encoding="utf-8")
    assert load_folder(folder).documents["d3"] == "one\u2028two"


def test_qrels_without_a_heading_and_negative_grades(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text("q1\td1\t1\nq1\td2\t-1\n", encoding="utf-8")
    assert load_folder(folder).qrels == {"q1": {"d1": 1, "d2": 0}}


def test_the_split_is_test_or_the_only_one_or_the_one_asked_for(folder: Path) -> None:
    (folder / "qrels" / "dev.tsv").write_text("q2\td2\t1\n", encoding="utf-8")
    assert set(load_folder(folder).queries) == {"q1", "q2"}
    assert set(load_folder(folder, split="dev").queries) == {"q2"}
    with pytest.raises(UsageError, match=r"has no train\.tsv; set tasks\.split to one of: dev, test\."):
        load_folder(folder, split="train")
    (folder / "qrels" / "test.tsv").unlink()
    assert set(load_folder(folder).queries) == {"q2"}
    (folder / "qrels" / "train.tsv").write_text("q2\td2\t1\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"set tasks\.split to one of: dev, train\."):
        load_folder(folder)


def test_a_missing_folder_is_a_wrong_request(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no folder .*nowhere"):
        load_folder(tmp_path / "nowhere")


@pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl"])
def test_a_missing_file_is_named(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(TaskError, match=f"{missing} cannot be read .No such file"):
        load_folder(folder)


def test_missing_judgments_are_named(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").unlink()
    with pytest.raises(TaskError, match=r"qrels holds no judgments; write them as .*test\.tsv"):
        load_folder(folder)


def test_files_of_other_names_are_listed_beside_the_names_that_are_read(tmp_path: Path) -> None:
    for name in ("documents.csv", "questions.csv", "relevance.csv"):
        (tmp_path / name).write_text("id,text\n1,Owls\n")
    said = r"it has 'documents\.csv', 'questions\.csv', 'relevance\.csv'\); .*qrels\.csv, .*corpus\.csv.*queries\.csv"
    with pytest.raises(TaskError, match=said):
        load_folder(tmp_path)


def second_line(file: str, line: str | bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        path = folder / file
        lines = path.read_bytes().split(b"\n")
        lines[1] = line if isinstance(line, bytes) else line.encode()
        path.write_bytes(b"\n".join(lines))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "file", "said"),
    [
        (second_line("corpus.jsonl", "{not json"), "corpus.jsonl", "this is not JSON"),
        (second_line("corpus.jsonl", "[" * 100_000), "corpus.jsonl", "this is not JSON"),
        (second_line("corpus.jsonl", '["d2", "Bees"]'), "corpus.jsonl", "expected a JSON object"),
        (second_line("corpus.jsonl", '{"text": "Bees"}'), "corpus.jsonl", "there is no id"),
        (second_line("corpus.jsonl", '{"_id": "d2"}'), "corpus.jsonl", "there is no text (the keys are '_id')"),
        (
            second_line("corpus.jsonl", '{"_id": "d2", "text": ["Bees"]}'),
            "corpus.jsonl",
            "must be a string, found list",
        ),
        (second_line("corpus.jsonl", '{"_id": "d2", "text": "\\ud800"}'), "corpus.jsonl", "half of a surrogate pair"),
        (second_line("corpus.jsonl", b'{"_id": "d2", "text": "\xff"}'), "corpus.jsonl", "not UTF-8"),
        (second_line("qrels/test.tsv", "q1 d1 1"), "test.tsv", "expected 3 fields as in the first line, found 1"),
        (second_line("qrels/test.tsv", "q1\td1\thigh"), "test.tsv", "a whole number, found 'high'"),
    ],
)
def test_a_fault_is_named_with_file_and_line(folder: Path, spoil: Callable[[Path], None], file: str, said: str) -> None:
    spoil(folder)
    with pytest.raises(TaskError) as caught:
        load_folder(folder)
    assert f"{file}, line 2: " in str(caught.value)
    assert said in str(caught.value)


def test_all_faults_of_a_file_are_told_in_one_go(folder: Path) -> None:
    """A fault that many lines have is told once, with the first of them."""
    lines = ['{"_id": "d1", "text": "Owls"}', *["{not json"] * 12, "[]", *(f'{{"x{n}": 1}}' for n in range(12))]
    (folder / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(TaskError) as caught:
        load_folder(folder)
    said = str(caught.value)
    assert "corpus.jsonl has 25 faults: line 2, line 3, " in said
    assert ", line 11 and 2 more: this is not JSON" in said and said.count("not JSON") == 1
    assert "; line 14: expected a JSON object" in said and "; line 15: there is no id (the keys are 'x0')" in said
    assert said.endswith("; and 4 more.") and "line 12" not in said


def test_judgments_without_a_relevant_document_are_refused(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text("q1\td1\t0\n", encoding="utf-8")
    with pytest.raises(TaskError, match=r"test\.tsv judges no document relevant"):
        load_folder(folder)


def test_an_empty_file_is_named(folder: Path) -> None:
    (folder / "corpus.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(TaskError, match=r"corpus\.jsonl is empty"):
        load_folder(folder)
