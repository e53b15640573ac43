"""One document, query or judgment out of a mapping, whatever its keys are called."""

import math
import reprlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from numbers import Integral
from typing import Any, NamedTuple

from harness.tasks.reading.faults import Fault, Faults

ID_KEYS = ("_id", "id", "doc_id", "docid", "docno", "document_id", "corpus-id", "query_id", "query-id", "qid", "pid")
OTHER_IDS = ("question_id", "question-id", "queryid", "corpus_id")
"""Ids where there is none of the above; beside one of them they are something else."""
TEXT_KEYS = ("text", "contents", "content", "body", "passage", "query", "question")
ASKED = ("query", "question")
"""Those that are a query's text, and of a document perhaps a part alone."""
TITLE_KEY = "title"
QUERY_KEYS = ("query-id", "query_id", "queryid", "qid", "topic", "question_id", "question-id", "query")
DOCUMENT_KEYS = ("corpus-id", "corpus_id", "doc_id", "docid", "document_id", "docno", "pid", "document", "doc")
GRADE_KEYS = ("score", "relevance", "rel", "grade", "label", "relevant")

_MISSING = ("NAType", "NaTType")
"""Types of pandas, which need not be imported to meet them."""

Row = tuple[str, object]
"""Where a record stands, and the record."""


class Text(NamedTuple):
    """A document or a query, and where it stands."""

    place: str
    identifier: str
    text: str
    unread: tuple[str, str] | None = None
    """Where more text may stand than was read: what was read, and a key beside it that is not known."""


class Judged(NamedTuple):
    """A judgment, and where it stands."""

    place: str
    query: str
    document: str
    grade: int
    unread: str | None = None
    """Keys beside query and document, where there is no key for the grade, which is 1 then."""


def read_texts(rows: Iterable[Row], faults: Faults) -> Iterator[Text]:
    """The texts of records, a title before its text as mteb joins them; a record that is none is added to `faults`."""
    for place, record in rows:
        read = faults.attempt(place, lambda record=record: _text_record(record))  # type: ignore[misc]
        if read is not None:
            yield Text(place, *read)


def by_id(record: object) -> list[Row] | None:
    """The records of one object that holds all of them by their ids; None where it is a single record.

    BEIR keeps documents (id to title and text) and queries (id to text) so in memory, pytrec_eval and ranx judgments
    (query to document to grade); a list in place of grades names the relevant documents.
    """
    known = (*ID_KEYS, *TEXT_KEYS, TITLE_KEY, *QUERY_KEYS, *DOCUMENT_KEYS)
    if not isinstance(record, Mapping) or not record or first_key(known, record) is not None:
        return None
    rows: list[Row] = []
    for identifier, value in record.items():
        if isinstance(value, str):
            found: list[Mapping[str, object]] = [{ID_KEYS[0]: identifier, TEXT_KEYS[0]: value}]
        elif isinstance(value, Mapping) and first_key((*TEXT_KEYS, TITLE_KEY), value) is not None:
            found = [{**value, ID_KEYS[0]: identifier}]
        elif isinstance(value, Mapping | list):
            grades = value if isinstance(value, Mapping) else dict.fromkeys(map(str, value), 1)
            names = (QUERY_KEYS[0], DOCUMENT_KEYS[0], GRADE_KEYS[0])
            found = [dict(zip(names, (identifier, *judged), strict=True)) for judged in grades.items()]
        else:
            return None
        rows += [(f"id {identifier!r}", one) for one in found]
    return rows


def first_key(keys: Sequence[str], present: Collection[Any]) -> str | None:
    """The first of `keys` that is present, in whatever case; as it is written there."""
    exact = next((key for key in keys if key in present), None)
    if exact is not None:
        return exact
    folded = {str(key).strip().lower(): key for key in reversed(list(present))}
    return next((folded[key] for key in keys if key in folded), None)


def read_id(value: object) -> str:
    """An id as text. Raises Fault for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | Integral) or value == "":
        raise Fault(f"an id must be a string that is not empty, found {reprlib.repr(value)}")
    return str(value)


def read_grade(value: object) -> int:
    """A grade: a whole number, also as `1.0`; one below zero counts as zero, as in trec_eval. Raises Fault."""
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not number.is_integer():
        raise Fault(f"the grade must be a whole number, found {reprlib.repr(value)}; 0 is not relevant, 1 or more is")
    return max(0, int(number))


def joined(title: object, text: object) -> str:
    """Title and text as mteb joins them; what is missing (None, or a dataframe's NaN or NA) is empty. Raises Fault."""
    parts = [_part(name, part) for name, part in (("title", title), ("text", text))]
    return " ".join(part for part in parts if part).strip()


def is_missing(value: object) -> bool:
    """Whether a value stands for none: None, NaN, or what pandas has in their place."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or type(value).__name__ in _MISSING


def listed(names: Iterable[object]) -> str:
    """The first eight names for a sentence, and how many more there are."""
    all_names = list(names)
    more = f" and {len(all_names) - 8:,} more" if len(all_names) > 8 else ""
    return ", ".join(reprlib.repr(name) for name in islice(all_names, 8)) + more


def require_characters(text: str) -> None:
    """Raise Fault for a text that cannot be written as UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Fault("the text holds half of a surrogate pair, which no tokenizer reads; repair it") from None


def _text_record(record: object) -> tuple[str, str, tuple[str, str] | None]:
    fields = _fields(record, "_id and text")
    key = first_key((*ID_KEYS, *OTHER_IDS), fields)
    if key is None:
        raise Fault(f"there is no id (the keys are {listed(fields)}); name it '_id' or one of {', '.join(ID_KEYS[1:])}")
    identifier = read_id(fields[key])
    key = first_key(TEXT_KEYS, fields)
    title = first_key((TITLE_KEY,), fields)
    if key is None and title is None:
        others = ", ".join(TEXT_KEYS[1:])
        raise Fault(f"there is no text (the keys are {listed(fields)}); name it 'text' or one of {others}")
    text = None if key is None else fields[key]
    whole = joined(None if title is None else fields[title], text)
    return identifier, whole, _unread(fields, key, text)


def _unread(fields: Mapping[str, object], read: str | None, text: object) -> tuple[str, str] | None:
    """What was read, where that is a title or a question, and the key of the longest text beside it, if any."""
    asked = read is not None and read.strip().lower() in ASKED
    if not (asked or is_missing(text) or str(text).strip() == ""):
        return None
    known = {*ID_KEYS, *OTHER_IDS, *TEXT_KEYS, TITLE_KEY}
    others = {str(key): value for key, value in fields.items() if str(key).strip().lower() not in known}
    lengths = {key: length for key, value in others.items() if (length := _words(value)) > 1}
    return (read if asked and read else TITLE_KEY, max(lengths, key=lambda key: lengths[key])) if lengths else None


def _words(value: object) -> int:
    """Of a text, or of paragraphs."""
    parts = value if isinstance(value, list) else [value]
    return sum(len(part.split()) for part in parts if isinstance(part, str))


def _fields(record: object, needed: str) -> Mapping[str, object]:
    if not isinstance(record, Mapping):
        raise Fault(f"expected a JSON object with {needed}, found {type(record).__name__}")
    return record


def _part(name: str, part: object) -> str:
    if is_missing(part):
        return ""
    if not isinstance(part, str):
        raise Fault(f"{name} must be a string, found {type(part).__name__}")
    return part
