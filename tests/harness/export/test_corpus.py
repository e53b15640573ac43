"""The corpus that an exported package reads from a file: the one that the harness reads there."""

import csv
import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import TaskError
from harness.export.library import library
from harness.export.standalone.corpus import read_corpus
from harness.export.standalone.faults import RetrieverError
from harness.tasks.folder import load_folder

SAME = {"1": "Owls Hunt, at night.", "b": "Bees dance."}


def beside_queries(folder: Path, name: str, content: str | bytes) -> Path:
    """The corpus `name` of a task in the folder; its only query is judged for a document `1`."""
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\t1\t1\n")
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "Who?"}\n')
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("corpus.jsonl", '{"_id": 1, "title": "Owls", "text": "Hunt, at night."}\n\n{"id": "b","text": "Bees dance."}'),
        ("corpus.jsonl", '{"id": "1", "Title": "Owls", "BODY": "Hunt, at night."}\n{"Id": "b", "body": "Bees dance."}'),
        ("corpus.jsonl", '{"_id": "1",\n"text": "Owls Hunt, at night."}\n{"_id": "b",\n"text": "Bees dance."}'),
        ("corpus.json", '[{"_id": "1", "text": "Owls Hunt, at night."}, {"_id": "b", "text": "Bees dance."}]'),
        ("corpus.json", '{"1": {"title": "Owls", "text": "Hunt, at night."}, "b": "Bees dance."}'),
        ("corpus.csv", '\ufeff_ID,title,text\r\n1,Owls,"Hunt, at night."\r\n\r\nb,,Bees dance.\r\n'),
        ("corpus.csv", "id;text\n1;Owls Hunt, at night.\nb;Bees dance.\n"),
        ("corpus.csv", "sep=;\nid;text\n1;Owls Hunt, at night.\nb;Bees dance.\n"),
        ("corpus.csv", '\n  \nid,title,text\n 1 , Owls  ,"  Hunt, at night. "\n   \nb,, Bees dance. \n,,\n'),
        ("corpus.csv", "id\ttext\n1\tOwls Hunt, at night.\nb\tBees dance.\n".encode("utf-16")),
        ("corpus.csv", '_id,text\r1,"Owls Hunt, at night."\rb,Bees dance.\r'),
        ("corpus.tsv", "docid\ttext\tby\n1\tOwls Hunt, at night.\tA\nb\tBees dance.\tB\n"),
        ("corpus.tsv.gz", gzip.compress(b"id\ttext\n1\tOwls Hunt, at night.\nb\tBees dance.\n", mtime=0)),
    ],
)  # fmt: skip
def test_it_is_the_one_that_the_harness_reads(tmp_path: Path, name: str, content: str | bytes) -> None:
    file = beside_queries(tmp_path, name, content)
    before = csv.field_size_limit()
    ids, texts = read_corpus(str(file))
    assert csv.field_size_limit() == before, "a limit of the caller's whole process"
    assert dict(zip(ids, texts, strict=True)) == load_folder(tmp_path).documents == SAME and len(ids) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("corpus.csv", 'id,text\n1,"Owls\nat night\nand by day"\nb,"a ""word"""\nc,\n'),
        ("corpus.jsonl", '{"_id": "1", "text": " Owls   hunt "}\n{"_id": "b", "title": "Bees", "text": null}'),
        ("corpus.jsonl", '{"_id": " 1 ", "title": "Owls ", "text": " hunt"}\n{"_id": "1", "title": "Bees"}'),
        ("corpus.jsonl", f'{{"_id": "1", "text": "Owls{chr(0x2028)}hunt"}}\n{{"_id": "2", "text": "x"}}'),
        ("corpus.csv", "id,title,text,by\n1,Owls,,A. Nocturnal Writer\n2,Bees,They dance.,\n"),
        ("corpus.csv", f"id,text\n1,{'x' * 200_000}\n"),
    ],
    ids=lambda value: value[:40],
)
def test_so_is_every_space_and_every_line_of_a_text(tmp_path: Path, name: str, content: str) -> None:
    file = beside_queries(tmp_path, name, content)
    assert dict(zip(*read_corpus(file), strict=True)) == load_folder(tmp_path).documents


def test_names_in_capitals_and_of_no_known_format_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "A.TSV").write_text("id\ttext\n1\tOwls\n")
    (tmp_path / "lines").write_text('{"_id": "1", "text": "Owls"}\n')
    assert read_corpus(tmp_path / "A.TSV") == read_corpus(tmp_path / "lines") == (["1"], ["Owls"])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("corpus.jsonl", "{", "line 1: this is not JSON .*; write one object per line"),
        ("corpus.jsonl", "[" * 100_000, "line 1: this is not JSON"),
        ("corpus.jsonl", '{"_id": "1", "text": "x"}\n{"_id": "b"}', "line 2: there is no text .the keys are '_id'."),
        ("corpus.jsonl", '{"_id": true, "text": "x"}', "line 1: an id must be a string that is not empty, found True"),
        ("corpus.jsonl", '{"_id": "1", "text": ["x"]}', "line 1: text must be a string, found list"),
        ("corpus.jsonl", '{"_id": "1", "text": "\\ud800"}', "line 1: the text holds half of a surrogate pair"),
        ("corpus.jsonl", '{"text": "x"}\n{"text": "y"}', "has 2 faults: line 1, line 2: there is no id"),
        ("corpus.jsonl", "\n \n", "is empty; it needs documents with an"),
        ("corpus.json", "[]", "is empty; it needs documents with an"),
        ("corpus.csv", "", "line 1: the file is empty; name the columns"),
        ("corpus.csv", "id,text\n,\n", "is empty; it needs documents with an"),
        ("corpus.csv", "id,abstract\n1,Owls\n", "line 1: the first line must name the columns"),
        ("corpus.csv", "id,text,text\n1,Owls,hunt\n", "line 1: the columns 'text', 'text' stand for the same"),
        ("corpus.csv", "id,body,text\n1,Owls,hunt\n", "line 1: the columns 'body', 'text' stand for the same"),
        ("corpus.csv", 'id,text\n1,"Owls\nd2,Bees\nd3,Rust"\n', "its quotes cannot be read .they go on over line 3"),
        ("corpus.csv", "id,text\n1,Owls,hunt\n", "line 2: expected 2 cells as in the first line, found 3"),
        ("corpus.csv", 'id,text\n1,"Owls"hunt\n', "line 2: its quotes cannot be read"),
        ("corpus.csv", b"id,text\n1,Owls\xe9\n", "line 2: this is not UTF-8; save the file as UTF-8"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_the_harness_refuses_is_a_sentence(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    file = beside_queries(tmp_path, name, content)
    with pytest.raises(TaskError, match=said):
        load_folder(tmp_path)
    with pytest.raises(RetrieverError, match=said):
        read_corpus(file)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"id,title,abstract\n1,Owls,They hunt.\n", "every document has more text, .*; name it 'text'"),
        ("a.csv", gzip.compress(b"id,text\n1,Owls\n", mtime=0)[:-9], "a.csv cannot be read .Compressed file .*; give"),
        ("a.csv", "id,text\n".encode("utf-16") + b"1", "a.csv cannot be read .*; give a file of UTF-8 text"),
        ("missing/a.csv", None, "a.csv cannot be read .*No such file.*; give a file of UTF-8 text"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_is_read_by_halves_is_refused(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(RetrieverError, match=said):
        read_corpus(tmp_path / name)


def test_the_copied_reader_needs_the_standard_library_alone(tmp_path: Path) -> None:
    for path, text in library().items():
        (tmp_path / "own" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / path).write_text(text, "utf-8")
    (tmp_path / "a.csv").write_text("sep=;\nid;text\n1; Owls\n")
    read = "import sys; sys.path[:0] = ['.']; from own.corpus import read_corpus; print(read_corpus('a.csv'))"
    command = [sys.executable, "-I", "-S", "-c", read]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "(['1'], ['Owls'])", done.stderr
