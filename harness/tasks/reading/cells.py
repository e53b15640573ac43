"""The rows of a sheet as cells, whatever parts them, with the lines that each was read from."""

import csv
import re
import threading
from collections.abc import Iterable, Iterator
from itertools import chain

from harness.tasks.reading.faults import Fault

LONGEST_CELL = 4_000_000
"""Characters of a cell at most, as many as an encoder takes of a text; a quote left open takes all that follows."""

_LIMIT = threading.Lock()
"""csv's own limit is one of the process: it is ours while a row is read, and then again what it was."""

_QUOTED = re.compile(r'"(?:[^"]|"")*(?:"|$)')
_TOLD_SEPARATOR = re.compile(r'"?sep=([,;|:\t])"?\s*', re.IGNORECASE)
"""What Excel writes and reads before the heading."""


class SheetRows:
    """Rows one after another, the heading first; its separator is the one that it has most often outside quotes."""

    def __init__(self, lines: Iterable[tuple[int, str]]) -> None:
        """`lines` are numbered from 1 and blank ones are among them, since a cell in quotes may hold them."""
        numbered = iter(lines)
        opening = _not_blank(numbered)
        told = _TOLD_SEPARATOR.fullmatch(opening[1])
        if told:
            opening = _not_blank(numbered)
        self.separator = told[1] if told else max("\t;,", key=_QUOTED.sub("", opening[1]).count)
        self.number = opening[0]
        self.taken: list[str] = []
        whole = chain([opening], numbered) if opening[1] else ()
        self._table = csv.reader(self._take(whole), delimiter=self.separator, strict=True)

    def read(self) -> list[str] | None:
        """The cells of the next row, none for a blank line; None after the last row.

        `number` is the line where it begins, and `taken` are its lines. Raises Fault where its quotes cannot be read.
        """
        self.taken.clear()
        try:
            with _LIMIT:
                before = csv.field_size_limit(LONGEST_CELL)
                try:
                    return next(self._table, None)
                finally:
                    csv.field_size_limit(before)
        except csv.Error as error:
            if "field limit" in str(error):
                raise Fault(
                    f"a cell has more than {LONGEST_CELL:,} characters; split the text, or close its quotes"
                ) from None
            raise Fault(f"its quotes cannot be read ({error}); write the texts as JSON lines") from None

    def _take(self, lines: Iterable[tuple[int, str]]) -> Iterator[str]:
        for number, line in lines:
            if not self.taken:
                self.number = number
            self.taken.append(f"{line}\n")
            yield self.taken[-1]


def _not_blank(lines: Iterator[tuple[int, str]]) -> tuple[int, str]:
    return next(((number, line) for number, line in lines if line.strip()), (1, ""))
