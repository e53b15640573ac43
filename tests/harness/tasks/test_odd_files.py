"""Files as people were given them, by a spreadsheet, a Mac, a hub or a program of theirs: read, or refused clearly."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from pyarrow import parquet

from harness.errors import TaskError, UsageError
from harness.tasks.folder import load_folder

CORPUS = [{"_id": "d1", "title": "Owls", "text": "Owls hunt."}, {"_id": "d2", "text": "Bees dance."}]
QUERIES = [{"_id": "q1", "text": "night birds"}, {"_id": "q2", "text": "dancing insects"}]
JUDGED = [{"query-id": "q1", "corpus-id": "d1", "score": 1}, {"query-id": "q2", "corpus-id": "d2", "score": 2}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "birds"
    (folder / "qrels").mkdir(parents=True)
    for stem, rows in (("corpus", CORPUS), ("queries", QUERIES)):
        (folder / f"{stem}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t2\n")
    return folder


def indented(folder: Path) -> None:
    (folder / "corpus.jsonl").write_text("\n".join(json.dumps(row, indent=2) for row in CORPUS))


def indented_with_commas(folder: Path) -> None:
    (folder / "corpus.jsonl").write_text(",\n".join(json.dumps(row, indent=2) for row in CORPUS))


def by_id(folder: Path, indent: int | None = None) -> None:
    """As BEIR and pytrec_eval have them in memory, and people save them."""
    for stem in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        (folder / stem).unlink()
    corpus = {row["_id"]: {key: row[key] for key in row if key != "_id"} for row in CORPUS}
    (folder / "corpus.json").write_text(json.dumps(corpus, indent=indent))
    (folder / "queries.json").write_text(json.dumps({row["_id"]: row["text"] for row in QUERIES}, indent=indent))
    (folder / "qrels/test.json").write_text(json.dumps({"q1": {"d1": 1}, "q2": {"d2": 2}}, indent=indent))


def by_id_indented(folder: Path) -> None:
    by_id(folder, 1)


def of_an_old_mac(folder: Path) -> None:
    for file in (folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels/test.tsv"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r"))


def of_a_mac_spreadsheet(folder: Path) -> None:
    (folder / "qrels/test.tsv").unlink()
    (folder / "qrels/test.csv").write_bytes(b'"query-id","corpus-id","score"\r"q1","d1","1"\r"q2","d2","2"\r')


def semicolons(folder: Path) -> None:
    (folder / "qrels/test.tsv").unlink()
    (folder / "qrels/test.csv").write_bytes(b'\xef\xbb\xbf"query-id";"corpus-id";"score"\r\nq1;d1;1\r\nq2;d2;2\r\n')


def copied_by_a_mac(folder: Path) -> None:
    (folder / "qrels/test.tsv").rename(folder / "qrels/dev.tsv")
    for hidden in ("._dev.tsv", ".train.tsv", "._test.tsv"):
        (folder / "qrels" / hidden).write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")


def from_the_hub(folder: Path) -> None:
    """The files of a data set as mteb publishes them, the corpus in two parts."""
    for stem in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        (folder / stem).unlink()
    parts: dict[str, list[Any]] = {
        "corpus/corpus-00000-of-00002": CORPUS[:1], "corpus/corpus-00001-of-00002": CORPUS[1:],
        "queries/queries-00000-of-00001": QUERIES, "default/test-00000-of-00001": JUDGED,
    }  # fmt: skip
    for name, rows in parts.items():
        file = folder / f"{name}.parquet"
        file.parent.mkdir(exist_ok=True)
        parquet.write_table(arrow.Table.from_pylist(rows), file)


@pytest.mark.parametrize(
    "write",
    [
        indented, indented_with_commas, by_id, by_id_indented, of_an_old_mac, of_a_mac_spreadsheet, semicolons,
        copied_by_a_mac, from_the_hub,
    ],
    ids=lambda write: write.__name__,
)  # fmt: skip
def test_a_folder_is_the_same_task_however_its_files_came_about(write: Callable[[Path], None], folder: Path) -> None:
    expected = load_folder(folder).fingerprint
    write(folder)
    assert load_folder(folder).fingerprint == expected


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("corpus.jsonl", POINTER, "pointer of Git LFS .* `git lfs pull`"),
        ("qrels/test.tsv", POINTER, "pointer of Git LFS"),
        ("corpus.jsonl", b'{"_id": "d1", "text": "Owls\0 hunt at night."}\n', "line 1: this holds a zero byte"),
        ("corpus.jsonl", b'{"_id": "d1", "t": 0, ' + b", ".join(b'"k%d": 0' % n for n in range(5000)) + b"}\n",
         r"keys are '_id', 't', .* and 4,994 more"),
        ("corpus.jsonl", b'{"_id": ["' + b"x" * 5000 + b'"], "text": ""}\n', r"found \['x+\.\.\.x+'\]\."),
        ("qrels/test.tsv", b'q1\t"' + b"d" * 200_000 + b'"\t1\n', "line 1: its quotes cannot be read"),
        ("qrels/test.tsv", b"q1\td01\t1\n", "such as 'd01', where the corpus has ids such as 'd1'"),
        ("qrels/test.tsv", b"1\td1\t1\n", "others such as '1', where the queries have ids such as 'q1'"),
    ],
    ids=["pointer", "pointer of judgments", "zero byte", "many keys", "long id", "long quotes", "ids", "query ids"],
)  # fmt: skip
def test_a_refusal_names_the_cause_and_stays_short(folder: Path, file: str, content: bytes, said: str) -> None:
    (folder / file).write_bytes(content)
    with pytest.raises(TaskError, match=said) as caught:
        load_folder(folder)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("birds.zip", r"birds\.zip is a file, .* unpack it first"),
        ("birds/corpus.jsonl", "is a file, .* name its folder"),
        ("https://example.org/birds", "is an address"),
    ],
)
def test_a_path_that_is_no_folder_is_told_for_what_it_is(
    folder: Path, name: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    Path("birds.zip").write_bytes(gzip.compress(b"packed"))
    with pytest.raises(UsageError, match=said):
        load_folder(Path(name))


def test_a_part_that_is_missing_is_named(folder: Path) -> None:
    from_the_hub(folder)
    (folder / "corpus/corpus-00001-of-00002.parquet").unlink()
    with pytest.raises(TaskError, match=r"corpus-00001-of-00002\.parquet cannot be read"):
        load_folder(folder)


@pytest.mark.parametrize(("name", "shown"), [(b"caf\xe9", r"caf\\udce9"), (b"red\x1b[31m", r"red\\x1b\[31m")])
def test_a_name_that_is_no_text_is_refused(folder: Path, name: bytes, shown: str) -> None:
    named = folder.rename(folder.with_name(os.fsdecode(name)))
    with pytest.raises(TaskError, match=rf"'{shown}' holds control characters or bytes that are not UTF-8"):
        load_folder(named)


def test_ids_from_elsewhere_are_inert_and_short_in_a_note(folder: Path) -> None:
    row = {"_id": "\x1b[31m" + "d" * 500, "text": ""}
    with (folder / "corpus.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")
    (note,) = load_folder(folder).notes
    assert note.startswith(r"Task birds: documents without text, kept as empty ones: 1 (first \x1b[31mddd")
    assert len(note) < 140
