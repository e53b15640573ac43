"""A transfer as a person watches it: a bar with the time left on a terminal, one line a cell elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from harness.evaluate import Outcome
from harness.plain import plain
from harness.transfer.pace import Pace

if TYPE_CHECKING:
    from rich.progress import Progress


class TransferDisplay:
    """Tells of encoders, texts and cells, on standard error."""

    def __init__(self, bar: "Progress | None") -> None:
        self._bar = bar
        self._pace: Pace | None = None
        self._now = bar.add_task("", total=None, left="") if bar else None

    def encoder_started(self, name: str, n_cells: int, pace: Pace) -> None:
        """An encoder is loaded; so many of its cells are missing."""
        self._pace = pace
        if self._bar is not None and self._now is not None:
            self._bar.reset(self._now, description=plain(name, 30), total=n_cells, left="")
        else:
            print(f"encoder {plain(name)}: {n_cells} cells to evaluate", file=sys.stderr, flush=True)

    def encoding(self, done: int, total: int) -> None:
        """So many texts of a request are encoded."""
        if self._bar is not None and self._now is not None:
            text = f"encoding {done:,} of {total:,} texts" if done < total else self._time_left()
            self._bar.update(self._now, left=text)

    def cell(self, program: str, outcome: Outcome) -> None:
        """A cell is done."""
        result = outcome.reason if outcome.delta is None else f"delta {outcome.delta:+.4f}"
        line = f"{plain(program, 40):<40} {plain(outcome.task, 28):<28} {plain(result, 120)}"
        if self._bar is not None and self._now is not None:
            self._bar.console.print(line, markup=False, highlight=False)
            self._bar.update(self._now, advance=1, left=self._time_left())
        else:
            print(f"{line}  {self._time_left()}", file=sys.stderr, flush=True)

    def _time_left(self) -> str:
        seconds = self._pace.left if self._pace else None
        if seconds is None:
            return ""
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes}:{rest:02} left"


@contextmanager
def open_display() -> Iterator[TransferDisplay]:
    """A progress bar where standard error is a terminal, lines anywhere else."""
    if not sys.stderr.isatty():
        yield TransferDisplay(None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        yield TransferDisplay(bar)
