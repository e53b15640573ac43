"""Judgments as a table: parted by tabs, commas, semicolons or white space, with or without a heading; TREC's too."""

import csv
from collections.abc import Iterator
from pathlib import Path

from harness.tasks.reading.faults import Fault, Faults
from harness.tasks.reading.lines import read_lines
from harness.tasks.reading.records import DOCUMENT_KEYS, GRADE_KEYS, QUERY_KEYS, Row, first_key, listed
from harness.text import counted

PLAIN = ("query-id", "corpus-id", "score")
TREC = ("query-id", "iteration", "corpus-id", "score")

NO_WORDS = ("inf", "nan", "yes", "no", "true", "false", "high", "low")
"""What stands in place of a grade by mistake, rather than in a heading."""

LONGEST_QUOTED = 131_072
"""Characters of a field in quotes at most, as csv has it by default; a quote left open takes all that
follows."""


def read_table(file: Path, faults: Faults) -> Iterator[Row]:
    """Records with their lines. The first line decides what parts fields, and is the heading where it is one."""
    separator: str | None = None
    heading: tuple[str, ...] | None = None
    for number, line in read_lines(file, faults):
        if heading is None:
            separator = _separator(line)
        fields = faults.attempt(f"line {number}", lambda at=separator, line=line: _split(line, at))  # type: ignore[misc]
        if fields is None:
            continue
        if heading is None:
            heading = _heading(fields)
            if heading:
                if (twice := _twice(heading)) is not None:
                    faults.add(f"line {number}", f"two columns are called {twice!r}; leave one")
                    return
                continue
            if _is_unknown_heading(fields):
                faults.add(
                    f"line {number}",
                    f"these columns are not known ({listed(fields)}); call them {', '.join(PLAIN)}",
                )
                return
        record = faults.attempt(f"line {number}", lambda at=heading, had=fields: _record(at, had))  # type: ignore[misc]
        if record is not None:
            yield f"line {number}", record


def _separator(line: str) -> str | None:
    """Tab, comma or semicolon where the line has one; None for white space.

    Spreadsheets write semicolons where the comma is the sign of decimals; an id may hold either.
    """
    if "\t" in line:
        return "\t"
    words = len(line.split())
    single = words == 1
    if "," in line and (_pieces(line, ",") in (3, 4) or single):
        return ","
    return ";" if words not in (3, 4) and _pieces(line, ";") in (3, 4) else None


def _pieces(line: str, separator: str) -> int:
    try:
        return len(_split(line, separator))
    except Fault:
        return 0


def _split(line: str, separator: str | None) -> list[str]:
    if separator is None:
        return line.split()
    # One line at a time, so that a quote which is never closed spoils its own line alone.
    try:
        fields = next(csv.reader([line], delimiter=separator)) if '"' in line else line.split(separator)
    except csv.Error as error:
        raise Fault(f"its quotes cannot be read ({error}); remove them") from None
    if '"' in line and max(map(len, fields)) > LONGEST_QUOTED:  # csv's own limit is of the process: others may lift it
        raise Fault(f"its quotes cannot be read (a field of more than {LONGEST_QUOTED:,} characters); remove them")
    return [field.strip() for field in fields]


def _heading(fields: list[str]) -> tuple[str, ...]:
    """The names of the columns; empty where the first line is a judgment."""
    named = first_key(QUERY_KEYS, fields) and first_key(DOCUMENT_KEYS, fields)
    if named or fields[-1:] != ["score"]:
        return tuple(fields) if named else ()
    return TREC if len(fields) == 4 else PLAIN


def _twice(heading: tuple[str, ...]) -> str | None:
    """A name that two columns have."""
    folded = [name.lower() for name in heading]
    return next((name for name in heading if name and folded.count(name.lower()) > 1), None)


def _is_unknown_heading(fields: list[str]) -> bool:
    """Whether a first line that is no judgment seems to name columns: it has as many, and its last is a word."""
    return len(fields) in (3, 4) and fields[-1].strip("?:").isalpha() and fields[-1].lower() not in NO_WORDS


def _record(heading: tuple[str, ...], fields: list[str]) -> dict[str, str]:
    names = heading or (TREC if len(fields) == 4 else PLAIN)
    if len(fields) != len(names):
        raise Fault(_advice(heading, len(fields)))
    return dict(zip(names, fields, strict=True))


def _advice(heading: tuple[str, ...], found: int) -> str:
    if heading:
        return f"expected {counted(len(heading), 'field')} as in the first line, found {found}; part them as there"
    if found == 6:
        return "these are the six columns of a run; judgments have a query id, a document id and a grade"
    return (
        f"expected query id, document id and grade parted by tabs, found {counted(found, 'field')}; write three "
        f"columns, TREC's four (query 0 document grade), or a heading with {PLAIN[0]}, {PLAIN[1]} and {GRADE_KEYS[0]}"
    )
