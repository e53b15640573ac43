"""A corpus in a file: JSON lines, or a table under a heading, with the names that the harness knows."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from harness.encoders.texts import LONGEST_TEXT

from .documents import joined
from .faults import RetrieverError

IDS = ("_id", "id", "doc_id", "docid", "docno", "document_id", "pid")
TEXTS = ("text", "contents", "content", "body", "passage")
SEPARATORS = {".csv": ",", ".tsv": "\t"}


def read_corpus(file: Path | str) -> tuple[list[str], list[str]]:
    """Ids and texts of JSON objects, one a line, or of a `.csv` or `.tsv` with a heading: `_id`, `text`, `title`.

    Raises RetrieverError for a file that cannot be read, with the line where it is to blame.
    """
    ids, texts = [], []
    for where, row in _rows(Path(file)):
        identifier, text, title = _under(IDS, row), _under(TEXTS, row), row.get("title")
        if identifier is None or text is None:
            named = ", ".join(map(str, row))
            raise RetrieverError(f"{where}: there is no _id or no text (the names are {named}); name them so.")
        if isinstance(identifier, bool) or not isinstance(identifier, str | int):
            raise RetrieverError(f"{where}: _id must be a string, found {identifier!r}.")
        if not isinstance(text, str) or not isinstance(title, str | None):
            raise RetrieverError(f"{where}: title and text must be strings.")
        ids.append(str(identifier))
        texts.append(joined(title, text))
    return ids, texts


def _under(names: tuple[str, ...], row: Mapping[str, object]) -> object:
    return next((row[name] for name in names if name in row), None)


def _rows(file: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    separator = SEPARATORS.get(file.suffix.lower())
    try:
        with file.open(encoding="utf-8-sig", newline=None if separator is None else "") as lines:
            yield from _of_json(file, lines) if separator is None else _of_table(file, lines, separator)
    except (OSError, UnicodeDecodeError) as error:
        raise RetrieverError(f"The corpus {file} cannot be read ({error}); give a file of UTF-8 text.") from None


def _of_json(file: Path, lines: TextIO) -> Iterator[tuple[str, Mapping[str, object]]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            where = f"{file}, line {number}"
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                raise RetrieverError(f"{where}: this is no JSON object with _id and text; write one a line.")
            yield where, row


def _of_table(file: Path, lines: TextIO, separator: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    csv.field_size_limit(LONGEST_TEXT)
    table = csv.reader(lines, delimiter=separator, strict=True)
    try:
        heading = [name.strip().lower() for name in next(table, [])]
        for cells in table:
            if cells:
                where = f"{file}, line {table.line_num}"
                if len(cells) != len(heading):
                    raise RetrieverError(f"{where}: there are {len(cells)} cells under a heading of {len(heading)}.")
                yield where, dict(zip(heading, cells, strict=True))
    except csv.Error as error:
        raise RetrieverError(f"{file}, line {table.line_num}: {error}; put texts with quotes in quotes.") from None
