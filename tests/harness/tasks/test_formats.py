"""A corpus is the same task in whatever format it is written; what is no format is refused with what to do."""

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from harness.errors import TaskError, UsageError
from harness.tasks.folder import load_folder

Rows = list[dict[str, Any]]
Write = Callable[[Path, Rows], object]


def lines_of(rows: Rows) -> str:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def write_parquet(file: Path, rows: Rows) -> None:
    parquet.write_table(arrow.Table.from_pylist(rows), file)


def renamed(rows: Rows, **names: str) -> Rows:
    return [{names.get(key.strip("_"), key): value for key, value in row.items()} for row in rows]


TEXTS: dict[str, tuple[str, Write]] = {
    "lines": ("jsonl", lambda file, rows: file.write_text(lines_of(rows), "utf-8")),
    "array": ("json", lambda file, rows: file.write_text(json.dumps(rows, indent=1), "utf-8")),
    "array in lines": ("jsonl", lambda file, rows: file.write_text(json.dumps(rows), "utf-8")),
    "packed": ("jsonl.gz", lambda file, rows: file.write_bytes(gzip.compress(lines_of(rows).encode()))),
    "utf-16": ("jsonl", lambda file, rows: file.write_text(lines_of(rows), "utf-16")),
    "parquet": ("parquet", write_parquet),
    "pyserini": ("jsonl", lambda file, rows: TEXTS["lines"][1](file, renamed(rows, id="id", text="contents"))),
    "trec": ("jsonl", lambda file, rows: TEXTS["lines"][1](file, renamed(rows, id="doc_id", text="body"))),
}


def separated(separator: str, columns: list[str], heading: list[str] | None, grade: str = "{}") -> Write:
    def write(file: Path, rows: Rows) -> None:
        told = io.StringIO()
        writer = csv.writer(told, delimiter=separator, quoting=csv.QUOTE_ALL if separator == "," else csv.QUOTE_MINIMAL)
        if heading:
            writer.writerow(heading)
        for row in rows:
            writer.writerow([{"0": 0, "score": grade.format(row["score"])}.get(key, row.get(key)) for key in columns])
        data = told.getvalue().encode()
        file.write_bytes(gzip.compress(data) if file.suffix == ".gz" else data)

    return write


PLAIN = ["query-id", "corpus-id", "score"]
JUDGMENTS: dict[str, tuple[str, Write]] = {
    "beir": ("tsv", separated("\t", PLAIN, PLAIN)),
    "packed": ("tsv.gz", separated("\t", PLAIN, PLAIN)),
    "bare": ("tsv", separated("\t", PLAIN, None)),
    "white space": ("txt", separated(" ", PLAIN, None)),
    "trec": ("qrels", separated(" ", ["query-id", "0", "corpus-id", "score"], None)),
    "trec with tabs": ("tsv", separated("\t", ["query-id", "0", "corpus-id", "score"], None)),
    "grades as floats": ("tsv", separated("\t", PLAIN, PLAIN, "{}.0")),
    "csv": ("csv", separated(",", PLAIN, PLAIN)),
    "bare csv": ("csv", separated(",", PLAIN, None)),
    "other names, other order": ("csv", separated(",", ["score", "corpus-id", "query-id"], ["label", "docno", "qid"])),
    "lines": ("jsonl", TEXTS["lines"][1]),
    "parquet": ("parquet", write_parquet),
}

characters = st.characters(codec="utf-8", exclude_characters="\x00")
ids = st.text(st.characters(categories=("L", "N"), include_characters="-_:.", codec="utf-8"), min_size=1, max_size=6)
texts = st.text(characters, max_size=20).map(lambda text: f"owl {text}")


@st.composite
def corpora(draw: st.DrawFn) -> tuple[Rows, Rows, Rows]:
    documents = draw(st.dictionaries(ids, texts, min_size=1, max_size=4))
    queries = draw(st.dictionaries(ids, texts, min_size=1, max_size=4))
    pairs = st.tuples(st.sampled_from(sorted(queries)), st.sampled_from(sorted(documents)))
    grades = draw(st.dictionaries(pairs, st.integers(0, 3), min_size=1, max_size=6))
    grades[min(grades)] = 1
    return (
        [{"_id": identifier, "title": "Of birds", "text": text} for identifier, text in documents.items()],
        [{"_id": identifier, "text": text} for identifier, text in queries.items()],
        [{"query-id": query, "corpus-id": document, "score": grade} for (query, document), grade in grades.items()],
    )


def fingerprint(corpus: tuple[Rows, Rows, Rows], texts: str, judgments: str) -> str:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "birds"
        (folder / "qrels").mkdir(parents=True)
        for stem, rows, (ending, write) in zip(
            ("corpus", "queries", "qrels/test"),
            corpus,
            (TEXTS[texts], TEXTS[texts], JUDGMENTS[judgments]),
            strict=True,
        ):
            write(folder / f"{stem}.{ending}", rows)
        return load_folder(folder).fingerprint


@settings(max_examples=20, deadline=None)
@given(corpora())
def test_a_corpus_is_one_task_in_every_format(corpus: tuple[Rows, Rows, Rows]) -> None:
    expected = fingerprint(corpus, "lines", "beir")
    for form in TEXTS:
        assert fingerprint(corpus, form, "beir") == expected, form
    for form in JUDGMENTS:
        assert fingerprint(corpus, "lines", form) == expected, form


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "birds"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text('{"_id": "d1", "text": "Owls hunt."}\n')
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "night birds"}\n')
    (folder / "qrels" / "test.tsv").write_text("q1\td1\t1\n")
    return folder


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("corpus.jsonl", lines_of([{"_id": "d1", "text": "Owls"}]).encode("utf-16-le"), "line 1: this is not UTF-8"),
        ("corpus.jsonl", b"\xff\xfe{\x00\x00\xd8", "begins as UTF-16 and does not go on so"),
        ("corpus.jsonl", gzip.compress(b'{"_id": "d1"}' * 99, mtime=0)[:30], "cannot be read"),
        ("corpus.jsonl", b'[{"_id": "d1", "text": "Owls"}', "line 1: this is not JSON"),
        ("corpus.jsonl", b'[{"_id": "d1", "text": "Owls"}, 7]', "entry 2: expected a JSON object with _id and text"),
        ("corpus.jsonl", b'{"key": "d1", "text": "Owls"}', "there is no id"),
        ("corpus.parquet", b"no parquet", r"corpus\.parquet cannot be read"),
        ("qrels/test.tsv", b"q1 Q0 d1 1 0.5 mine\n", "six columns of a run"),
        ("qrels/test.tsv", b"q1\td1\n", "write three columns, TREC's four"),
        ("qrels/test.tsv", b"q1\td1\t0.5\n", "line 1: the grade must be a whole number, found '0.5'"),
        ("qrels/test.tsv", b"q1\td1\tinf\n", "whole number"),
        ("qrels/test.jsonl", b'{"q": "q1", "d": "d1"}', "line 1: a judgment needs query-id, corpus-id and score"),
    ],
)
def test_what_is_no_format_is_refused_with_the_fix(folder: Path, file: str, content: bytes, said: str) -> None:
    (folder / file).with_suffix(".jsonl" if file.startswith("c") else ".tsv").unlink()
    (folder / file).write_bytes(content)
    with pytest.raises(TaskError, match=said) as caught:
        load_folder(folder)
    assert "\n" not in str(caught.value)


def test_texts_in_another_format_are_named(folder: Path) -> None:
    (folder / "corpus.jsonl").rename(folder / "corpus.xml")
    with pytest.raises(TaskError, match=r"has corpus\.xml, which is no format of texts; write corpus\.jsonl"):
        load_folder(folder)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_texts_of_a_spreadsheet_are_the_same_texts(folder: Path, separator: str, mark: str) -> None:
    text = f'Owls{separator} said "hunt".\n\nThey do.'
    (folder / "corpus.jsonl").write_text(lines_of([{"_id": "d1", "title": "Birds", "text": text}]))
    expected = load_folder(folder).fingerprint
    for stem in ("corpus", "queries"):
        (folder / f"{stem}.jsonl").unlink()
    quoted = text.replace('"', '""').replace("\n", "\r\n")
    rows = [["Author", "Title", "ID", "Text"], ["me", "Birds", "d1", f'"{quoted}"'], ["", "", "", ""]]
    sheet = "".join(f"{separator.join(row)}\r\n" for row in rows)
    (folder / "corpus.csv").write_bytes(f"{mark}{sheet}".encode())
    (folder / "queries.csv").write_bytes(f"{mark}qid{separator}question\r\nq1{separator}night birds\r\n".encode())
    assert load_folder(folder).fingerprint == expected


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        (
            "corpus.csv",
            "Article No.;Body\nd1;Owls\n",
            r"line 1: the first line must name .*it has 'Article No\.', 'Body'",
        ),
        ("corpus.csv", "_id,text\nd1,Owls, and bees\n", "line 2: expected 2 cells as in the first line, found 3"),
        ("corpus.csv", '_id,text\nd1,"Owls\n', "line 2: its quotes cannot be read"),
        ("corpus.csv", "_id,text\n,Owls\n", "line 2: an id must be a string that is not empty"),
        (
            "qrels/test.csv",
            "Ticket;Article No.;Relevant?\nq1;d1;1\n",
            "line 1: these columns are not known .* call them",
        ),
        ("qrels/test.csv", "qid;docid;judged\nq1;d1;0\n", "line 2: there is no grade .*name it 'score' .*'judged'"),
        ("qrels/test.csv", "qid;docid;grade\nq1;d1;yes\n", "line 2: the grade must be a whole number, found 'yes'"),
        ("qrels/test.xlsx", "PK", r"holds no judgments \(it has 'test\.xlsx'\); write them as"),
        ("corpus.xlsx", "PK", r"has corpus\.xlsx, which is no format .* save a spreadsheet as corpus\.csv"),
    ],
)
def test_what_a_spreadsheet_lacks_is_told(folder: Path, file: str, content: str, said: str) -> None:
    (folder / file).with_suffix(".jsonl" if file.startswith("c") else ".tsv").unlink()
    (folder / file).write_text(content)
    with pytest.raises(TaskError, match=said) as caught:
        load_folder(folder)
    assert str(caught.value).count("line ") <= 1 or "first line" in said


def test_a_corpus_read_by_its_titles_alone_is_told(folder: Path) -> None:
    """A column of texts under a name that is not known is left out, and figures would be of titles."""
    (folder / "corpus.jsonl").unlink()
    (folder / "corpus.csv").write_text("id,title,abstract\nd1,Owls,They hunt at night.\nd2,Bees,They dance.\n")
    (told,) = load_folder(folder).notes
    assert "documents read by their title alone, 'abstract' being no known name of a text: 2 (first d1)" in told


@pytest.mark.parametrize(
    "table",
    [
        "question_id,document_id,relevant\nq1,d1,1\nq1,d2,0\n",
        "qid,docid,grade,minutes\nq1,d1,1,9\nq1,d2,0,9\n",
    ],
    ids=["other names", "further numbers"],
)
def test_grades_are_read_under_their_names(folder: Path, table: str) -> None:
    (folder / "qrels" / "test.tsv").unlink()
    (folder / "qrels" / "test.csv").write_text(table)
    assert load_folder(folder).qrels == {"q1": {"d1": 1, "d2": 0}}


@pytest.mark.parametrize(
    "grades",
    [
        ("judged", "1", "0"),
        ("mine", "1", "0"),
        ("mine", "True", "False"),
        ("mine", "yes", "no"),
        ("mine", "x", ""),
        ("mine", "3/3", "0/3"),
        ("mine", "100%", "0 %"),
        ("mine", ".5", "1e0"),
        ("is_relevant", "surely", "hardly"),
        ("iter", "1", "0"),
        ("", "1", "0"),
    ],
    ids=lambda grades: " ".join(grades).strip(),
)
def test_what_may_be_the_grade_is_never_left_out_unsaid(folder: Path, grades: tuple[str, str, str]) -> None:
    """Else the second pair, too, would count as relevant."""
    name, first, second = grades
    (folder / "qrels" / "test.tsv").unlink()
    (folder / "qrels" / "test.csv").write_text(f"qid,docid,{name}\nq1,d1,{first}\nq1,d2,{second}\n")
    with pytest.raises(TaskError, match=r"there is no grade .* name it 'score'"):
        load_folder(folder)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("qid,docid\nq1,d1\n", False),
        (",qid,docid\n0,q1,d1\n", False),
        (",qid,docid,by\n0,q1,d1,Ann\n", True),
        ("qid,docid,answer\nq1,d1,42\nq1,d2,nobody knows\n", True),
    ],
    ids=["pairs", "numbered", "signed", "answered"],
)
def test_pairs_without_a_grade_are_relevant_and_what_stands_beside_is_told(
    folder: Path, table: str, told: bool
) -> None:
    (folder / "qrels" / "test.tsv").unlink()
    (folder / "qrels" / "test.csv").write_text(table)
    task = load_folder(folder)
    assert task.qrels == {"q1": {"d1": 1, "d2": 1} if "d2" in table else {"d1": 1}}
    assert ("judgments without a grade, each of a relevant pair; " in " ".join(task.notes)) == told


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ['{"qid": "q1", "docid": "d1", "score": 1}', '{"qid": "q1", "docid": "d2"}'],
            "line 2: there is no grade, which",
        ),
        (
            ['{"qid": "q1", "docid": "d1", "score": 3, "relevance": 0}'],
            "line 1: the grades under 'score', 'relevance' dif",
        ),
    ],
)
def test_grades_that_contradict_each_other_are_refused(folder: Path, lines: list[str], said: str) -> None:
    (folder / "qrels" / "test.tsv").unlink()
    (folder / "qrels" / "test.jsonl").write_text("\n".join(lines))
    with pytest.raises(TaskError, match=said):
        load_folder(folder)


def test_a_name_of_two_columns_of_judgments_is_refused(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text("qid\tdocid\tscore\tscore\nq1\td1\t1\t0\n")
    with pytest.raises(TaskError, match="line 1: two columns are called 'score'; leave one"):
        load_folder(folder)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            "id,question,answer\nd1,Owls?,They hunt at night.\nd2,Bees?,They dance.\n",
            "their question alone, 'answer' b",
        ),
        (
            "id,title,text,abstract\nd1,Owls,,They hunt at night.\nd2,Bees,They dance.,\n",
            "their title alone, 'abstract' b",
        ),
    ],
)
def test_what_may_be_more_of_a_document_is_told(folder: Path, table: str, told: str) -> None:
    (folder / "corpus.jsonl").unlink()
    (folder / "corpus.csv").write_text(table)
    assert f"documents read by {told}" in " ".join(load_folder(folder).notes)


def test_of_two_formats_the_first_is_read_and_the_other_is_told(folder: Path) -> None:
    for file in (folder / "corpus.jsonl", folder / "qrels" / "test.tsv"):
        file.with_name(f"{file.name}.gz").write_bytes(b"of yesterday")
    assert load_folder(folder).notes == (
        "Task birds: corpus.jsonl is read, corpus.jsonl.gz is not; test.tsv is read, test.tsv.gz is not.",
    )


def test_judgments_may_lie_beside_the_texts(folder: Path) -> None:
    expected = load_folder(folder).fingerprint
    (folder / "qrels" / "test.tsv").rename(folder / "qrels.txt")
    assert load_folder(folder).fingerprint == expected
    with pytest.raises((TaskError, UsageError), match="qrels"):
        load_folder(folder, split="dev")


def test_a_quote_that_is_never_closed_spoils_its_own_line_alone(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text('"q1\td1\t1\nq1\td1\tgood\n')
    with pytest.raises(TaskError, match=r"has 2 faults: line 1: .*; line 2: the grade must be"):
        load_folder(folder)
