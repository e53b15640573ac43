"""A progress bar for encoding that takes a while."""

import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.console import Console

_PATIENCE = 3.0
"""Seconds before the bar appears."""


class ProgressBar:
    """A report for `CachedEncoder`: a bar for every job over three seconds, and nothing where there is no terminal.

    A context manager: leaving it takes a bar off the screen that an interruption left there.
    """

    def __init__(self, console: "Console") -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._visible = console.is_terminal
        self._bar = Progress(
            TextColumn("encoding"), BarColumn(), MofNCompleteColumn(), TextColumn("texts"), TimeRemainingColumn(),
            console=console, transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task("")
        self._began: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` texts are encoded."""
        if self._began is None:
            self._began = time.monotonic()
            self._bar.reset(self._task)
        self._bar.update(self._task, completed=done, total=total)
        if done >= total:
            self._bar.stop()
            self._began = None
        elif self._visible and time.monotonic() - self._began > _PATIENCE:
            self._bar.start()
