"""Rows as a table that fits the window, as JSON or as CSV."""

import csv
import json
import sys
from collections.abc import Sequence
from enum import Enum
from typing import Any, TypeVar

from harness.screen.column import Column, Listing
from harness.text import csv_cell, plain

Row = TypeVar("Row")

GAP = 2
"""Blanks between two columns of a table."""
NARROWEST = 24
"""Cells that a column of text is never cut below; a column is left out before that."""


class Form(Enum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def print_listing(listing: Listing[Row], rows: Sequence[Row], form: Form) -> None:
    """Print rows of a listing to standard output."""
    if form is Form.TABLE:
        print_rows(listing.table_columns, rows)
        return
    columns = listing.data_columns
    names = [column.name for column in columns]
    values = [[column.value(row) for column in columns] for row in rows]
    if form is Form.JSON:
        print_json([dict(zip(names, row, strict=True)) for row in values])
    else:
        print_csv(names, values)


def print_json(value: Any) -> None:
    """Print a value as indented JSON in ASCII: control characters and direction marks are escaped, nothing is lost."""
    print(json.dumps(value, indent=2))


def print_csv(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows under a heading. Text is made inert, see `csv_cell`; lists and mappings are cells of JSON."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([csv_cell(value) for value in row] for row in rows)


def print_rows(columns: Sequence[Column[Row]], rows: Sequence[Row], *, absent: str = "") -> None:
    """Print a table as wide as the window at most: long texts are cut, then the last columns are left out and named.

    Into a pipe every cell goes whole. `absent` stands for a figure that cannot be had.
    """
    cells = [[_shown(column, row) or absent for row in rows] for column in columns]
    _print([column.name.replace("_", " ") for column in columns], cells, [_is_numeric(one, rows) for one in columns])


def print_cells(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """The same of cells that are text already; a heading that begins with `>` is a column of figures, never cut."""
    cells = [[plain(row[at], 1000) for row in rows] for at in range(len(headings))]
    _print([heading.lstrip(">") for heading in headings], cells, [heading.startswith(">") for heading in headings])


def _print(names: Sequence[str], cells: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 100_000)
    wanted = [_widest(name, shown) for name, shown in zip(names, cells, strict=True)]
    widths = fit_widths(wanted, numeric, console.width)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for name, right, width in zip(names, numeric, widths, strict=False):
        table.add_column(name, justify="right" if right else "left", width=width, no_wrap=True, overflow="ellipsis")
    for row in zip(*cells[: len(widths)], strict=True):
        table.add_row(*row)
    console.print(table)
    if len(widths) < len(names):
        missing = ", ".join(names[len(widths) :])
        console.print(f"Not shown in a window this narrow: {missing}.", style="dim")


def fit_widths(wanted: Sequence[int], fixed: Sequence[bool], room: int) -> list[int]:
    """Widths of as many of the first columns as fit into `room` cells; columns that are not `fixed` may be cut."""
    for count in range(len(wanted), 1, -1):
        widths = list(wanted[:count])
        least = [width if fixed[at] else min(width, NARROWEST) for at, width in enumerate(widths)]
        if sum(least) + GAP * count > room:
            continue
        while sum(widths) + GAP * count > room:
            widest = max(range(count), key=lambda at: (widths[at] > least[at], widths[at]))
            widths[widest] -= 1
        return widths
    return list(wanted[:1])


def _shown(column: Column[Row], row: Row) -> str:
    value = column.value(row)
    return "" if value is None or value == [] else plain(column.shown(value), 1000)


def _is_numeric(column: Column[Row], rows: Sequence[Row]) -> bool:
    values = [value for row in rows if (value := column.value(row)) is not None]
    return (
        column.name == "w/t/l"
        or column.name.startswith("95 %")
        or (bool(values) and all(isinstance(value, int | float) for value in values))
    )


def _widest(name: str, cells: Sequence[str]) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, [name, *cells]))
