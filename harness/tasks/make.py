"""A task from what a person has at hand: lists, mappings or dataframes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.errors import TaskError
from harness.tasks.task import RetrievalTask
from harness.tasks.task import make_task as build_task

if TYPE_CHECKING:
    import pandas as pd

ID_COLUMNS = ("_id", "id", "doc_id", "docno", "document_id", "corpus-id", "query_id", "query-id", "qid")
QUERY_COLUMNS = ("query-id", "query_id", "qid", "query")
DOCUMENT_COLUMNS = ("corpus-id", "doc_id", "document_id", "docno", "document", "doc")
GRADE_COLUMNS = ("score", "relevance", "grade", "label")


def make_task(
    name: str,
    *,
    documents: Any,
    queries: Any,
    judgments: Any,
    domain: str = "given",
    description: str = "",
    ignore_identical_ids: bool = False,
) -> RetrievalTask:
    """Make a task of texts and judgments.

    `documents` and `queries` are a list of texts (their ids are their positions, "0" and on), a mapping of id to text,
    or a dataframe with an id column (`_id`, `id` ...; without one the index), a column `text` and perhaps a `title`.
    `judgments` are, for a list of queries, one list of relevant documents a query (positions or ids); a mapping of
    query id to relevant ids, or to a mapping of id to grade; triples of query id, document id and grade; or a dataframe
    with the columns `query-id`, `corpus-id` and perhaps `score`. Queries without a judgment are left out.

    Raises TaskError where something is missing, is no text, or names what is not there.
    """
    texts, questions = _texts(documents, f"documents of task {name}"), _texts(queries, f"queries of task {name}")
    return build_task(
        name=name,
        source="given",
        queries=questions,
        documents=texts,
        qrels=_qrels(judgments, questions, texts, name),
        description=description,
        domain=domain,
        ignore_identical_ids=ignore_identical_ids,
    )


def _texts(given: Any, what: str) -> dict[str, str]:
    if _is_frame(given):
        pairs: Iterable[tuple[Any, Any]] = _frame_texts(given, what)
    elif isinstance(given, Mapping):
        pairs = given.items()
    elif isinstance(given, Iterable) and not isinstance(given, str | bytes):
        pairs = ((str(position), text) for position, text in enumerate(given))
    else:
        raise TaskError(f"The {what} are {type(given).__name__}; give a list, a mapping or a dataframe.")
    texts: dict[str, str] = {}
    for identifier, text in pairs:
        if not isinstance(text, str) or not text.strip():
            raise TaskError(f"The {what} hold {text!r} under the id {identifier!r}; every text must be a text.")
        if str(identifier) in texts:
            raise TaskError(f"The {what} hold the id {identifier!r} twice; ids must be unique.")
        texts[str(identifier)] = text
    return texts


def _frame_texts(frame: "pd.DataFrame", what: str) -> list[tuple[Any, Any]]:
    if "text" not in frame.columns:
        raise TaskError(f"The {what} have no column text; they have {_listed(frame.columns)}.")
    column = _column(frame, ID_COLUMNS)
    ids = list(frame.index if column is None else frame[column])
    texts = list(frame["text"])
    if "title" in frame.columns:
        titles = [title if isinstance(title, str) else "" for title in frame["title"]]
        texts = [f"{title} {text}".strip() for title, text in zip(titles, texts, strict=True)]
    return list(zip(ids, texts, strict=True))


def _qrels(
    given: Any, queries: Mapping[str, str], documents: Mapping[str, str], name: str
) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for query, document, grade in _triples(given, name):
        if query not in queries:
            raise TaskError(f"A judgment of task {name} names the query {query!r}, which is not among the queries.")
        if document not in documents:
            raise TaskError(f"A judgment of task {name} names the document {document!r}, which is not there.")
        if not float(grade).is_integer():
            raise TaskError(f"A judgment of task {name} has the grade {grade!r}; grades are whole numbers.")
        qrels.setdefault(query, {})[document] = max(0, int(grade))
    if not any(grade for row in qrels.values() for grade in row.values()):
        raise TaskError(f"Task {name} judges no document relevant; it needs at least one grade above 0.")
    return qrels


def _triples(given: Any, name: str) -> list[tuple[str, str, Any]]:
    if _is_frame(given):
        return _frame_triples(given, name)
    if isinstance(given, Mapping):
        return [triple for query, judged in given.items() for triple in _of_query(str(query), judged)]
    rows = list(given)
    if rows and all(isinstance(row, tuple) and len(row) == 3 for row in rows):
        return [(str(query), str(document), grade) for query, document, grade in rows]
    return [triple for position, judged in enumerate(rows) for triple in _of_query(str(position), judged)]


def _of_query(query: str, judged: Any) -> list[tuple[str, str, Any]]:
    if isinstance(judged, Mapping):
        return [(query, str(document), grade) for document, grade in judged.items()]
    if isinstance(judged, str | int):
        return [(query, str(judged), 1)]
    return [(query, str(document), 1) for document in judged]


def _frame_triples(frame: "pd.DataFrame", name: str) -> list[tuple[str, str, Any]]:
    query, document = _column(frame, QUERY_COLUMNS), _column(frame, DOCUMENT_COLUMNS)
    if query is None or document is None:
        raise TaskError(
            f"The judgments of task {name} need the columns query-id and corpus-id; they have {_listed(frame.columns)}."
        )
    grade = _column(frame, GRADE_COLUMNS)
    grades = [1] * len(frame) if grade is None else list(frame[grade])
    return [(str(q), str(d), g) for q, d, g in zip(frame[query], frame[document], grades, strict=True)]


def _is_frame(value: Any) -> bool:
    return hasattr(value, "columns") and hasattr(value, "index")


def _column(frame: "pd.DataFrame", names: Sequence[str]) -> str | None:
    return next((name for name in names if name in frame.columns), None)


def _listed(columns: Iterable[Any]) -> str:
    return ", ".join(map(str, columns)) or "none"
