"""Judgments out of mappings, whatever their keys are called; which key has the grades is decided over all of them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Number
from typing import Any

from harness.tasks.reading.faults import Fault, Faults
from harness.tasks.reading.records import (
    DOCUMENT_KEYS,
    GRADE_KEYS,
    QUERY_KEYS,
    Judged,
    Row,
    first_key,
    is_missing,
    listed,
    read_grade,
    read_id,
)

HINTS = ("relev", "judg", "grade", "rating", "label", "score", "gain", "verdict")
"""In the name of a column that is not known: it may well hold the grades."""
MARKS = frozenset(
    ("yes", "no", "y", "n", "true", "false", "t", "f", "x", "relevant", "irrelevant", "not relevant", "nonrelevant")
)
"""What people write in place of a grade."""
COUNTED = ("__index_level_0__", "unnamed: 0")
"""Names under which pandas saves the numbers of rows."""
ITERATION = ("iteration", "iter")
"""TREC's second column, which is the same for all."""

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?\s*(%|/\s*\d+)?", re.ASCII)


def read_judgments(rows: Iterable[Row], faults: Faults) -> Iterator[Judged]:
    """The judgments of records. Where none of them has a key for the grade it is 1, and what stands beside is told.

    What is none is added to `faults`, and so is a column that seems to hold the grades under a name that is not known:
    without it every pair would count as relevant.
    """
    found = list(rows)
    graded = any(isinstance(record, Mapping) and first_key(GRADE_KEYS, record) is not None for _, record in found)
    others = {} if graded else other_columns([record for _, record in found if isinstance(record, Mapping)])
    if (refused := refused_column(others)) is not None:
        faults.add(found[0][0], refused)
        return
    unread = listed(others) or None
    for place, record in found:
        read = faults.attempt(place, lambda record=record: _judged(record, graded))  # type: ignore[misc]
        if read is not None:
            yield Judged(place, *read, unread)


def other_columns(records: Sequence[Mapping[Any, object]]) -> dict[Any, list[object]]:
    """What stands in judgments beside query and document, by its key."""
    columns: dict[Any, list[object]] = {}
    for record in records:
        known = (first_key(QUERY_KEYS, record), first_key(DOCUMENT_KEYS, record))
        if None in known:
            continue
        for place, (key, value) in enumerate(record.items()):
            if key not in known and not (place == 0 and str(key).strip() == ""):  # rows counted, without a name
                columns.setdefault(key, []).append(value)
    return columns


def refused_column(others: Mapping[Any, Sequence[object]]) -> str | None:
    """What is wrong where one of these columns seems to hold grades; None where none does."""
    for key, values in others.items():
        if _seems_grades(str(key).strip().lower(), values):
            return (
                f"there is no grade (beside query and document stand {listed(others)}); name it 'score' or one of "
                f"{', '.join(GRADE_KEYS[1:])}, or leave out {str(key)!r} where every pair is relevant"
            )
    return None


def _seems_grades(name: str, values: Sequence[object]) -> bool:
    cells = [value for value in values if not is_missing(value) and str(value).strip()]
    if name in COUNTED or (name in ITERATION and len({str(cell).strip() for cell in cells}) < 2):
        return False
    return any(hint in name for hint in HINTS) or (bool(cells) and all(map(_is_mark, cells)))


def _is_mark(value: object) -> bool:
    if not isinstance(value, str):
        return isinstance(value, Number)
    text = value.strip().lower()
    return text in MARKS or _NUMBER.fullmatch(text) is not None


def _judged(record: object, graded: bool) -> tuple[str, str, int]:
    if not isinstance(record, Mapping):
        raise Fault(f"expected a JSON object with query-id, corpus-id and score, found {type(record).__name__}")
    query, document = first_key(QUERY_KEYS, record), first_key(DOCUMENT_KEYS, record)
    if query is None or document is None:
        raise Fault(f"a judgment needs query-id, corpus-id and score (the keys are {listed(record)}); rename them")
    grade = _grade(record) if graded else 1
    return read_id(record[query]), read_id(record[document]), grade


def _grade(record: Mapping[Any, object]) -> int:
    keys = [key for name in GRADE_KEYS if (key := first_key((name,), record)) is not None]
    if not keys:
        raise Fault("there is no grade, which others have; write 0 where a document is not relevant")
    grade = read_grade(record[keys[0]])
    for key in keys[1:]:
        try:
            other = read_grade(record[key])
        except Fault:  # a word about it
            continue
        if other != grade:
            raise Fault(f"the grades under {listed([keys[0], key])} differ; leave one of the two")
    return grade
