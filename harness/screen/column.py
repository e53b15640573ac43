"""A column, what a verb lists, and how tables write numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")

ABSENT = "–"
"""A figure that cannot be had; a note says why."""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: how to get its value from a row, and how a table shows the value."""

    name: str
    meaning: str
    value: Callable[[Row], Any]
    """None where there is no value; numbers as numbers."""
    shown: Callable[[Any], str] = str
    table_only: bool = False
    """Composed of other columns, so left out of JSON and CSV."""


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """What a verb lists."""

    columns: tuple[Column[Row], ...]
    table: tuple[str, ...]
    """Columns of the table from left to right; the last ones go first where the window is narrow."""

    @property
    def data_columns(self) -> tuple[Column[Row], ...]:
        """Columns of JSON and CSV."""
        return tuple(column for column in self.columns if not column.table_only)

    @property
    def table_columns(self) -> tuple[Column[Row], ...]:
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in self.table)


def signed(value: float) -> str:
    return f"{value:+.4f}"


def four(value: float) -> str:
    return f"{value:.4f}"


def two(value: float) -> str:
    return f"{value:,.2f}"


def in_ms(number: float) -> str:
    """Milliseconds as `1.20 ms`."""
    return f"{number:,.2f} ms"


def milli(value: float) -> str:
    return f"{value * 1000:,.1f} ms"


def count(value: int) -> str:
    return f"{value:,}"


def minute(value: str) -> str:
    return value[:16].replace("T", " ")


def joined(values: Sequence[str]) -> str:
    return ", ".join(values)
