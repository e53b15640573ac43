"""Sheets of texts: no text is lost without a word, and a fault is told once, where it is."""

import csv
from pathlib import Path

import pytest

from harness.encoders.texts import LONGEST_TEXT
from harness.errors import TaskError
from harness.tasks.reading.cells import LONGEST_CELL
from harness.tasks.reading.faults import Faults
from harness.tasks.reading.records import read_texts
from harness.tasks.reading.sheet import read_sheet

Read = list[tuple[str, str, str]]


def read(folder: Path, content: str | bytes) -> Read:
    file = folder / "corpus.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    faults = Faults(file.name)
    texts = [(text.place, text.identifier, text.text) for text in read_texts(read_sheet(file, faults), faults)]
    faults.tell()
    return texts


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('_id\ttext\n1\t"Hello there\n2\tshe said bye"\n3\tx\n', 3),
        ('_id,text\n1,"Hello\n2,b\n3,c"\n4,d\n', 3),
        ('_id;text\nd1;"Hello\n\nd2;b"\n', 4),
        ('_id,text\nowl,"Hello\nbee,b"\n', 3),
        ('text,_id\n"Hello,1\nshe said,2\nbye",3\n', 3),
        ('_id,title,text\n1,a,"Hello\n2,b,c\n', 3),
    ],
    ids=["tabs", "closed later", "blank between", "ids are words", "id last", "never closed"],
)
def test_a_quote_that_takes_whole_rows_is_told_with_the_first_of_them(tmp_path: Path, content: str, line: int) -> None:
    said = rf"^corpus\.csv, line 2: its quotes cannot be read \(they go on over line {line}, which looks like a row\)"
    with pytest.raises(TaskError, match=said):
        read(tmp_path, content)


@pytest.mark.parametrize(
    "text",
    [
        "Dear Sir, thanks.\nHowever, owls hunt.\n\nYours, me",
        "Owls.\n1,000 birds",
        "Owls.\nowls,which hunt",
        "call f(a,b)\nf(a,b)",
        "one\n two,three",
        'Owls\nsaid ""hunt"",2',
    ],
    ids=["letter", "number", "word", "code", "indented", "quotes"],
)
def test_cells_of_several_lines_may_have_as_many_commas_as_the_heading(tmp_path: Path, text: str) -> None:
    expected = text.replace('""', '"')
    rows = read(tmp_path, f'_id,text\nd1,"{text}"\nd2,Bees\n')
    assert [row[1:] for row in rows] == [("d1", expected), ("d2", "Bees")]
    last = read(tmp_path, f'text,_id\n"{text}",d1\nBees,d2\n')
    assert [row[1:] for row in last] == [("d1", expected), ("d2", "Bees")]


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("_id,text,text", "the columns 'text', 'text' stand for the same; rename"),
        ("id,_id,text", "the columns 'id', '_id' stand for the same"),
        ("_id,Body,text", "the columns 'Body', 'text' stand for the same"),
        ("_id,text,n,n", "the columns 'n', 'n' stand for the same"),
        ("_id,text,Notes,notes", "the columns 'Notes', 'notes' stand for the same"),
        ('"_id,text\n', r"its quotes cannot be read \(unexpected end of data\)"),
    ],
)
def test_a_heading_that_could_mean_two_things_is_refused(tmp_path: Path, heading: str, said: str) -> None:
    with pytest.raises(TaskError, match=f"line 1: {said}"):
        read(tmp_path, f"{heading}\n1,2,3,4\n")


def test_columns_without_a_name_may_be_many(tmp_path: Path) -> None:
    assert read(tmp_path, "_id,text,,\nd1,Owls,,\n") == [("line 2", "d1", "Owls")]


def test_a_cell_is_as_long_as_a_text_may_be_and_the_limit_of_the_process_stays(tmp_path: Path) -> None:
    assert LONGEST_CELL == LONGEST_TEXT
    before = csv.field_size_limit()
    ((_, _, text),) = read(tmp_path, f'_id,text\nd1,"{"x" * 200_000}"\n')
    assert len(text) == 200_000
    with pytest.raises(TaskError, match="line 2: a cell has more than 4,000,000 characters; split the text"):
        read(tmp_path, f'_id,text\nd1,"{"x" * (LONGEST_CELL + 1)}"\n')
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("\n\n_id,text\n\n1,x\n", ("line 5", "1", "x")),
        ("sep=;\r\n_id;text\r\n1;x\r\n", ("line 3", "1", "x")),
        ("\ufeffsep=\t\n\n_id\ttext\n1\tx\n", ("line 4", "1", "x")),
        ('"_id";"text";"many, many, many, notes"\n1;x;y\n', ("line 2", "1", "x")),
        ('"_id","text","many\nnotes"\n1,x,y\n', ("line 3", "1", "x")),
        ("_id,text\n  , \n1,x\n", ("line 3", "1", "x")),
    ],
    ids=["blank lines", "told separator", "told tab", "commas in a name", "name of two lines", "row of blanks"],
)
def test_what_spreadsheets_write_around_the_rows_is_no_row(
    tmp_path: Path, content: str, expected: tuple[str, str, str]
) -> None:
    assert read(tmp_path, content) == [expected]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1: the file is empty"),
        (b"\n \n", "line 1: the file is empty"),
        (b"\n_id,text\n1,x,y\n", "line 3: expected 2 cells"),
        (b"\n_id,notes\n", "line 2: the first line must name the columns"),
        (b'_id,text\n1,"caf\xe9\nx"\n2,ok\n', "line 2: this is not UTF-8"),
        (b'_id,text\n1,"x\ncaf\xe9"\n2,ok\n', "line 3: this is not UTF-8"),
        (b"_id,text,r\xe9f\n1,x,y\n", "line 1: this is not UTF-8"),
        ("_id,text".encode("utf-16-le"), "line 1: this is not UTF-8"),
    ],
    ids=["empty", "blank", "blank before", "heading after blank", "not UTF-8", "at its end", "heading", "UTF-16"],
)
def test_one_fault_is_told_once_and_in_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(TaskError, match=rf"^corpus\.csv, {said}"):
        read(tmp_path, content)
