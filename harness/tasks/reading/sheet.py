"""Documents or queries as a spreadsheet saves them: a heading, then rows parted by commas, semicolons or tabs."""

import re
from collections.abc import Iterator
from pathlib import Path

from harness.tasks.reading.cells import SheetRows
from harness.tasks.reading.faults import Fault, Faults
from harness.tasks.reading.lines import read_lines
from harness.tasks.reading.records import ID_KEYS, OTHER_IDS, TEXT_KEYS, TITLE_KEY, Row, first_key, listed
from harness.text import counted

_ID = re.compile(r"[\w.:/#-]+")
_THOUSANDS = re.compile(r"\d,\d{3}\b")


def read_sheet(file: Path, faults: Faults) -> Iterator[Row]:
    """Records with their lines; a cell in quotes may go over several. A fault of the heading is the only one told.

    Where quotes are not as they should be nothing after them is read, since what follows cannot be told from a text.
    """
    rows = SheetRows(read_lines(file, faults, every=True))
    heading = faults.attempt(f"line {rows.number}", lambda: _heading(rows.read()))
    while heading is not None:
        try:
            cells = _cells(rows, heading)
        except Fault as fault:
            faults.add(f"line {rows.number}", str(fault))
            return
        if cells is None:
            return
        place = f"line {rows.number}"
        if any(cell.strip() for cell in cells):
            record = faults.attempt(place, lambda cells=cells: _record(heading, cells))  # type: ignore[misc]
            if record is not None:
                yield place, record


def _cells(rows: SheetRows, heading: list[str]) -> list[str] | None:
    """The cells of the next row; None after the last. Raises Fault for quotes, and tells a swallowed row first."""
    try:
        cells = rows.read()
    except Fault:
        _refuse_swallowed(rows, heading)
        raise
    _refuse_swallowed(rows, heading)
    return cells


def _refuse_swallowed(rows: SheetRows, heading: list[str]) -> None:
    swallowed = _swallowed(heading, rows.separator, rows.taken)
    if swallowed is not None:
        raise Fault(
            f"its quotes cannot be read (they go on over line {rows.number + swallowed}, which looks like a row); "
            "close or remove them, or write the texts as JSON lines"
        )


def _swallowed(heading: list[str], separator: str, lines: list[str]) -> int | None:
    """Which of the lines of one row, the first being 0, lies within quotes and looks like a row of its own.

    Texts of several lines have commas as well. A row has as many as the heading, none of them before a space or within
    a number, and its id is in one piece: a word where the id of the row around it is a word, and no word where not.
    What writes a quote twice closes its quotes, too.
    """
    if len(lines) < 2:
        return None
    at = heading.index(first_key((*ID_KEYS, *OTHER_IDS), heading) or "")
    around = [cell.strip() for cell in lines[0].split(separator)]
    is_word = at < len(around) and around[at].isalpha()
    for place, line in enumerate(lines[1:], start=1):
        inside = line.rstrip("\n").partition('"')[0]
        cells = inside.split(separator)
        if len(cells) != len(heading) or '""' in line or any(cell.startswith(" ") for cell in cells):
            continue
        in_number = separator == "," and _THOUSANDS.search(inside) is not None
        if _ID.fullmatch(cells[at]) and cells[at].isalpha() == is_word and not in_number:
            return place
    return None


def _heading(cells: list[str] | None) -> list[str]:
    if cells is None:
        raise Fault(
            "the file is empty; name the columns, '_id' and 'text', in its first line, with a row for each text"
        )
    names = [cell.strip() for cell in cells]
    if first_key((*ID_KEYS, *OTHER_IDS), names) is None or first_key((*TEXT_KEYS, TITLE_KEY), names) is None:
        raise Fault(
            f"the first line must name the columns, an '_id' and a 'text' among them (it has {listed(names)}); "
            f"an id may also be called {', '.join(ID_KEYS[1:4])}, a text {', '.join(TEXT_KEYS[1:4])}"
        )
    known: dict[str, str] = {}
    for name in filter(None, names):
        field = _field(name)
        if field in known:
            both = listed([known[field], name])
            raise Fault(f"the columns {both} stand for the same; rename one of them or leave it out")
        known[field] = name
    return names


def _field(name: str) -> str:
    """What a column stands for: columns of ids are one, whatever they are called, and so are columns of texts."""
    folded = name.casefold()
    return next((keys[0] for keys in (ID_KEYS, TEXT_KEYS) if folded in keys), folded)


def _record(heading: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(heading):
        raise Fault(
            f"expected {counted(len(heading), 'cell')} as in the first line, found {len(cells)}; put texts in quotes"
        )
    return {name: cell.strip() for name, cell in zip(heading, cells, strict=True)}
