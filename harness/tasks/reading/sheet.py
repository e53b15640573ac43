"""Documents or queries as a spreadsheet saves them: a heading, then rows parted by commas, semicolons or tabs."""

import csv
from collections.abc import Iterator
from pathlib import Path

from harness.tasks.reading.faults import Fault, Faults
from harness.tasks.reading.lines import read_lines
from harness.tasks.reading.records import ID_KEYS, TEXT_KEYS, TITLE_KEY, Row, first_key, listed
from harness.text import counted


def read_sheet(file: Path, faults: Faults) -> Iterator[Row]:
    """Records with their lines; a cell in quotes may go over several. A fault of the heading is the only one told."""
    lines = (f"{line}\n" for _, line in read_lines(file, faults, blank=True))
    first = next((line for line in lines if line.strip()), "")
    heading = faults.attempt("line 1", lambda: _heading(next(csv.reader([first], delimiter=_separator(first)), [])))
    if heading is None:
        return
    table = csv.reader(lines, delimiter=_separator(first), strict=True)
    while True:
        place = f"line {table.line_num + 2}"
        try:
            cells = next(table, None)
        except csv.Error as error:
            faults.add(place, f"its quotes cannot be read ({error}); write the texts as JSON lines")
            return
        if cells is None:
            return
        record = faults.attempt(place, lambda had=cells: _record(heading, had)) if any(cells) else None  # type: ignore[misc]
        if record is not None:
            yield place, record


def _separator(line: str) -> str:
    return max("\t;,", key=line.count)


def _heading(cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    if first_key(ID_KEYS, names) is None or first_key((*TEXT_KEYS, TITLE_KEY), names) is None:
        raise Fault(
            f"the first line must name the columns, an '_id' and a 'text' among them (it has {listed(names)}); "
            f"an id may also be called {', '.join(ID_KEYS[1:4])}, a text {', '.join(TEXT_KEYS[1:4])}"
        )
    return names


def _record(heading: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(heading):
        raise Fault(
            f"expected {counted(len(heading), 'cell')} as in the first line, found {len(cells)}; put texts in quotes"
        )
    return {name: cell.strip() for name, cell in zip(heading, cells, strict=True)}
