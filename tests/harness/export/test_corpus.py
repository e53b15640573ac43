"""The corpus that an exported package reads from a file."""

from pathlib import Path

import pytest

from harness.export.standalone.corpus import read_corpus
from harness.export.standalone.faults import RetrieverError

SAME = (["1", "b"], ["Owls Hunt, at night.", "Bees dance."])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"_id": 1, "title": "Owls", "text": "Hunt, at night."}\n\n{"_id": "b", "text": "Bees dance."}'),
        ("a.jsonl", '{"id": "1", "title": "Owls", "body": "Hunt, at night."}\n{"id": "b", "body": "Bees dance."}'),
        ("a.csv", '\ufeff_ID,title,text\r\n1,Owls,"Hunt, at night."\r\n\r\nb,,Bees dance.\r\n'),
        ("a.TSV", "docid\ttext\tby\n1\tOwls Hunt, at night.\tA\nb\tBees dance.\tB\n"),
    ],
)  # fmt: skip
def test_lines_and_tables_are_the_same_corpus(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert read_corpus(tmp_path / name) == SAME


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", "{", "line 1: this is no JSON object"),
        ("a.jsonl", "[" * 100_000, "line 1: this is no JSON object"),
        ("a.jsonl", '{"_id": "a", "text": "x"}\n{"_id": "b"}', "line 2: there is no .* .the names are _id.; name"),
        ("a.jsonl", '{"_id": true, "text": "x"}', "_id must be a string, found True"),
        ("a.jsonl", '{"_id": "a", "text": ["x"]}', "title and text must be strings"),
        ("a.csv", "id,title,abstract\n1,Owls,They hunt.\n", "line 2: there is no .* are id, title, abstract.; name"),
        ("a.csv", "id,text\n1,Owls,hunt\n", "line 2: there are 3 cells under a heading of 2"),
        ("a.csv", 'id,text\n1,"Owls"hunt\n', "line 2: .*put texts with quotes in quotes"),
        ("a.csv", "id,text\n1,Owls\xe9\n", "give a file of UTF-8 text"),
        ("b.csv", "", "b.csv cannot be read"),
    ],
)
def test_what_is_no_corpus_is_a_sentence(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / "a.jsonl").touch()
    if content:
        (tmp_path / name).write_bytes(content.encode("latin-1"))
    with pytest.raises(RetrieverError, match=said):
        read_corpus(tmp_path / name)
