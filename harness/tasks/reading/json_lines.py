"""JSON: one object a line, objects over several lines, one array of objects, or one object of objects by their ids."""

import json
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path

from harness.tasks.reading.faults import Fault, Faults
from harness.tasks.reading.lines import read_lines
from harness.tasks.reading.records import Row, by_id

_DECODER = json.JSONDecoder()


def read_json(file: Path, faults: Faults) -> Iterator[Row]:
    """Records with their lines, or their numbers where they are not one a line; raises as `read_lines` does."""
    lines = read_lines(file, faults)
    head = list(islice(lines, 2))
    lines = chain(head, lines)
    if head and (len(head) == 1 or not _is_record(head[0][1])):
        kept = list(lines)
        rows = _rows_of_all("\n".join(line for _, line in kept), ".jsonl" not in file.name)
        if rows is not None:
            yield from rows
            return
        lines = iter(kept[:1] if kept[0][1].lstrip().startswith("[") else kept)
    for number, line in lines:
        record = faults.attempt(f"line {number}", lambda line=line: _parse(line))  # type: ignore[misc]
        if record is not None:
            yield f"line {number}", record


def _rows_of_all(text: str, may_be_by_id: bool) -> list[Row] | None:
    """The records of a text that has not one a line; None where it has, or is not JSON to its end."""
    entries = _entries(text)
    if entries is None:
        return None
    within = by_id(entries[0]) if may_be_by_id and len(entries) == 1 else None
    if within or _is_record(text):
        return within
    return [(f"entry {number}", entry) for number, entry in enumerate(entries, start=1)]


def _is_record(line: str) -> bool:
    """Whether a line is one object, so that the file has one a line."""
    try:
        return isinstance(json.loads(line), Mapping)
    except (ValueError, RecursionError):
        return False


def _entries(text: str) -> list[object] | None:
    """The values of a text one after another, of an array its own; None where it is not JSON to its end."""
    found: list[object] = []
    place = 0
    try:
        while place < len(text):
            value, place = _DECODER.raw_decode(text, place)
            found += value if isinstance(value, list) and not found else [value]
            while place < len(text) and text[place] in " \t\n,":
                place += 1
    except (ValueError, RecursionError):
        return None
    return found


def _parse(text: str) -> object:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Fault(f"this is not JSON ({error}); write one object per line, or one array of objects") from None
    return "null" if found is None else found
