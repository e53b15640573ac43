"""A task from what a person has at hand: lists, mappings or dataframes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

from harness.errors import TaskError
from harness.tasks.gathered import Gathered
from harness.tasks.reading.faults import Fault, Faults
from harness.tasks.reading.judgments import read_judgments
from harness.tasks.reading.records import (
    DOCUMENT_KEYS,
    ID_KEYS,
    OTHER_IDS,
    QUERY_KEYS,
    TEXT_KEYS,
    TITLE_KEY,
    Judged,
    Row,
    Text,
    by_id,
    first_key,
    is_missing,
    joined,
    listed,
    read_grade,
    read_texts,
)
from harness.tasks.task import RetrievalTask
from harness.tasks.task import make_task as build_task
from harness.text import counted

if TYPE_CHECKING:
    import pandas as pd


def make_task(
    name: str,
    *,
    documents: Any,
    queries: Any,
    judgments: Any,
    domain: str = "given",
    description: str = "",
    ignore_identical_ids: bool = False,
    cut: int | None = None,
) -> RetrievalTask:
    """Make a task of texts and judgments.

    `documents` and `queries` are a list of texts (their ids are their positions, "0" and on), a mapping of id to text,
    or to a mapping with `text` and perhaps `title` as BEIR has it; records with an id and a text (a list of mappings, a
    table of pyarrow or polars, a data set of `datasets`); or a dataframe with an id column (`_id`, `id`, `doc_id` ...;
    without one the index), a column `text` (or `contents`, `content`, `body` ...) and perhaps a `title`. `judgments`
    are, for a list of queries, one list of relevant documents a query (positions or ids); a mapping of query id to
    relevant ids, or to a mapping of id to grade; triples of query id, document id and grade; or records, a table or
    a dataframe with `query-id`, `corpus-id` and perhaps `score`, or what others call them.

    What `Gathered` says is kept or dropped of data as it is published is so here, too, and told in the task's `notes`;
    `cut` is its own, in characters. Raises TaskError with every fault of the documents, queries or judgments.
    """
    gathered = Gathered(name, cut)
    for given, what, take in (
        (documents, "documents", gathered.take_documents),
        (queries, "queries", gathered.take_queries),
    ):
        faults = Faults(f"{what} of task {name}")
        take(_texts(given, faults), faults)
    faults = Faults(f"judgments of task {name}")
    gathered.take_judgments(_judgments(judgments, len(gathered.queries), faults), faults)
    return build_task(
        name=name,
        source="given",
        queries=gathered.queries,
        documents=gathered.documents,
        qrels=gathered.qrels,
        description=description,
        domain=domain,
        ignore_identical_ids=ignore_identical_ids,
        notes=gathered.notes,
    )


def _texts(given: Any, faults: Faults) -> Iterator[Text]:
    given = _unpacked(given)
    records = _records(given)
    if records is not None:
        yield from read_texts(records, faults)
        return
    for identifier, title, text in _pairs(given, faults):
        place = f"id {identifier!r}"
        whole = faults.attempt(place, lambda title=title, text=text: _whole(title, text))  # type: ignore[misc]
        if whole is not None:
            yield Text(place, str(identifier), whole)


def _whole(title: Any, text: Any) -> str:
    """A text as it is given; with a title, as mteb joins the two."""
    whole = joined(title, text)
    return str(text) if whole and is_missing(title) else whole


def _records(given: Any) -> Iterable[Row] | None:
    """Texts that come as mappings: BEIR's, of id to title and text, or a table of polars, pyarrow or `datasets`."""
    if isinstance(given, Mapping):
        return by_id(given) if any(isinstance(value, Mapping) for value in given.values()) else None
    return _rows(given)


def _rows(given: Any) -> Iterable[Row] | None:
    """What comes row by row, each a mapping; None for anything else."""
    if isinstance(given, Sequence) or hasattr(given, "column_names"):
        first = next(iter(given), None)
        if isinstance(first, Mapping):
            return ((f"row {number}", row) for number, row in enumerate(given, start=1))
    return None


TABLES = ("to_dicts", "to_pylist", "column_names")
"""What tables of polars, of pyarrow and data sets of `datasets` have."""


def _unpacked(given: Any) -> Any:
    """As a list what is a table, or can be read but once, or is numpy's."""
    for rows in TABLES[:2]:
        if hasattr(given, rows):
            return getattr(given, rows)()
    whole = isinstance(given, Sequence | Mapping) or hasattr(given, "columns") or hasattr(given, "column_names")
    return given if whole or not isinstance(given, Iterable) else list(given)


def _pairs(given: Any, faults: Faults) -> Iterable[tuple[Any, Any, Any]]:
    if _is_frame(given):
        return _frame_texts(given, faults)
    if isinstance(given, Mapping):
        return ((identifier, None, text) for identifier, text in given.items())
    if isinstance(given, Iterable) and not isinstance(given, str | bytes):
        return ((str(position), None, text) for position, text in enumerate(given))
    raise TaskError(f"The {faults.subject} are {type(given).__name__}; give a list, a mapping or a dataframe.")


def _frame_texts(frame: "pd.DataFrame", faults: Faults) -> Iterable[tuple[Any, Any, Any]]:
    text = first_key(TEXT_KEYS, frame.columns)
    if text is None:
        raise TaskError(f"The {faults.subject} have no column text; they have {listed(frame.columns)}.")
    column, title = first_key((*ID_KEYS, *OTHER_IDS), frame.columns), first_key((TITLE_KEY,), frame.columns)
    if column is None:
        _refuse_unknown_ids(frame, faults)
    ids = frame.index if column is None else _column(frame, column, faults)
    if any(map(is_missing, ids)):
        raise TaskError(f"The {faults.subject} have rows without an id; give each one, or leave the column out.")
    titles: Sequence[Any] = [None] * len(frame) if title is None else _column(frame, title, faults)
    return zip(list(ids), titles, _column(frame, text, faults), strict=True)


def _refuse_unknown_ids(frame: "pd.DataFrame", faults: Faults) -> None:
    """Numbers of rows are ids where nothing else is; beside a column of ids they are others than judgments have."""
    unknown = [str(name) for name in frame.columns if str(name).strip().lower().endswith("id")]
    if unknown and type(frame.index).__name__ == "RangeIndex":
        raise TaskError(f"The {faults.subject} have no column of ids that is known, but {listed(unknown)}; call it id.")


def _column(frame: "pd.DataFrame", name: Any, faults: Faults) -> list[Any]:
    if list(frame.columns).count(name) > 1:
        raise TaskError(f"The {faults.subject} have several columns {name}; leave one.")
    return list(frame[name])


def _judgments(given: Any, n_queries: int, faults: Faults) -> Iterator[Judged]:
    table = _is_frame(given) or any(hasattr(given, name) for name in TABLES)
    given = _frame_records(given, faults) if _is_frame(given) else _unpacked(given)
    rows = list(_rows(given) or ())
    if rows and (table or _is_judgment(rows[0][1])):
        yield from read_judgments(rows, faults)
        return
    for query, document, grade in _triples(given, n_queries, faults):
        place = f"{query!r} and {document!r}"
        read = faults.attempt(place, lambda grade=grade: read_grade(grade))  # type: ignore[misc]
        if read is not None:
            yield Judged(place, query, document, read)


def _frame_records(frame: "pd.DataFrame", faults: Faults) -> list[dict[Any, Any]]:
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise TaskError(f"The {faults.subject} have several columns {twice}; leave one.")
    return frame.to_dict("records")


def _is_judgment(row: Any) -> bool:
    """Whether a mapping is a judgment, and not what one query's documents are graded."""
    return first_key(QUERY_KEYS, row) is not None and first_key(DOCUMENT_KEYS, row) is not None


def _triples(given: Any, n_queries: int, faults: Faults) -> Iterable[tuple[str, str, Any]]:
    if isinstance(given, Mapping):
        return [triple for query, judged in given.items() for triple in _of_query(str(query), judged, faults)]
    if not isinstance(given, Iterable) or isinstance(given, str | bytes):
        raise TaskError(f"The {faults.subject} are {type(given).__name__}; give a list, a mapping or a dataframe.")
    rows = list(given)
    if rows and all(isinstance(row, tuple) and len(row) == 3 for row in rows):
        return [(str(query), str(document), grade) for query, document, grade in rows]
    if len(rows) != n_queries:  # triples that are lists, as JSON has them, would each be three documents of a query
        raise TaskError(
            f"The {faults.subject} are {counted(len(rows), 'list')} of documents for "
            f"{counted(n_queries, 'query', 'queries')}; give one each, or tuples of query, document and grade."
        )
    return [triple for position, judged in enumerate(rows) for triple in _of_query(str(position), judged, faults)]


def _of_query(query: str, judged: Any, faults: Faults) -> list[tuple[str, str, Any]]:
    if isinstance(judged, Mapping):
        return [(query, str(document), grade) for document, grade in judged.items()]
    if isinstance(judged, str | Integral):
        return [(query, str(judged), 1)]
    found = faults.attempt(f"query {query!r}", lambda: _iterated(judged))
    return [(query, str(document), 1) for document in found or ()]


def _iterated(judged: Any) -> list[Any]:
    if not isinstance(judged, Iterable):
        raise Fault(f"its judgments are {type(judged).__name__}; give a list of documents, or their grades")
    return list(judged)


def _is_frame(value: Any) -> bool:
    return hasattr(value, "columns") and hasattr(value, "index")
