"""JSON: one object a line, or one array of objects."""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from harness.tasks.reading.faults import Fault, Faults
from harness.tasks.reading.lines import read_lines
from harness.tasks.reading.records import Row


def read_json(file: Path, faults: Faults) -> Iterator[Row]:
    """Records with their lines, or their numbers in an array; raises as `read_lines` does."""
    lines = read_lines(file, faults)
    first = next(lines, None)
    if first is None:
        return
    lines = chain([first], lines)
    if first[1].lstrip().startswith("["):
        whole = faults.attempt(f"line {first[0]}", lambda: _parse("\n".join(line for _, line in lines)))
        entries = whole if isinstance(whole, list) else []
        yield from ((f"entry {number}", entry) for number, entry in enumerate(entries, start=1))
        return
    for number, line in lines:
        record = faults.attempt(f"line {number}", lambda line=line: _parse(line))  # type: ignore[misc]
        if record is not None:
            yield f"line {number}", record


def _parse(text: str) -> object:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Fault(f"this is not JSON ({error}); write one object per line, or one array of objects") from None
    return "null" if found is None else found
