"""A discovery run as a person watches it: a live panel on a terminal, one line a program elsewhere."""

import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from harness.encoders.cached import CachedEncoder
from harness.evaluate import Outcome, PreparedTask
from harness.history import History, Known
from harness.plain import plain

PATIENCE_S = 10.0
"""Seconds that an author may take before a line tells of retries: most are over in a moment."""
RETRIES_TOLD_S = 60.0
"""Seconds between two such lines."""


class Display(Protocol):
    """What a run tells whoever watches."""

    def task_prepared(self, task: PreparedTask) -> None: ...

    def encoding(self, done: int, total: int) -> None:
        """So many texts of a request are encoded."""

    def run_started(self, run_id: str, encoder: CachedEncoder) -> None: ...

    def asked(self, generation: int) -> None:
        """The author is to write this generation's program."""

    def retrying(self, sentence: str) -> None:
        """A model's server is asked again."""

    def program_started(self, generation: int, name: str) -> None: ...

    def outcome(self, outcome: Outcome) -> None: ...

    def program_recorded(self, known: Known, history: History) -> None: ...


class Silent:
    """Shows nothing."""

    def task_prepared(self, task: PreparedTask) -> None:
        pass

    def encoding(self, done: int, total: int) -> None:
        pass

    def run_started(self, run_id: str, encoder: CachedEncoder) -> None:
        pass

    def asked(self, generation: int) -> None:
        pass

    def retrying(self, sentence: str) -> None:
        pass

    def program_started(self, generation: int, name: str) -> None:
        pass

    def outcome(self, outcome: Outcome) -> None:
        pass

    def program_recorded(self, known: Known, history: History) -> None:
        pass


class Lines(Silent):
    """One line a program, for logs and pipes; now and then one on standard error while a server does not answer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tell_from = math.inf

    def asked(self, generation: int) -> None:
        self._tell_from = self._clock() + PATIENCE_S

    def retrying(self, sentence: str) -> None:
        if self._clock() >= self._tell_from:
            self._tell_from = self._clock() + RETRIES_TOLD_S
            print(sentence, file=sys.stderr, flush=True)

    def run_started(self, run_id: str, encoder: CachedEncoder) -> None:
        print(f"run {run_id}", flush=True)

    def program_recorded(self, known: Known, history: History) -> None:
        print(describe(known), flush=True)


class Panel(Silent):
    """A panel that stays in place: progress, frontier, best delta, verdicts, cache hits and time left."""

    def __init__(self, n_tasks: int, n_programs: int) -> None:
        self._title = "loading the encoder"
        self._n_tasks, self._n_programs = n_tasks, n_programs
        self._encoder: CachedEncoder | None = None
        self._history: History | None = None
        self._verdicts: Counter[str] = Counter()
        self._now, self._texts = "", ""
        self._done_tasks = self._recorded_here = 0
        self._started = time.monotonic()

    def task_prepared(self, task: PreparedTask) -> None:
        self._done_tasks += 1
        self._title, self._now, self._texts = "encoding the tasks", f"{task.name} is ready", ""

    def encoding(self, done: int, total: int) -> None:
        self._texts = f"encoding text {done:,} of {total:,}" if done < total else ""

    def run_started(self, run_id: str, encoder: CachedEncoder) -> None:
        self._title, self._encoder, self._started = f"run {run_id}", encoder, time.monotonic()

    def asked(self, generation: int) -> None:
        self._now = f"generation {generation}: waiting for its author"

    def retrying(self, sentence: str) -> None:
        self._now = sentence

    def program_started(self, generation: int, name: str) -> None:
        self._done_tasks = 0
        self._now = f"{'seed' if generation == 0 else f'generation {generation}'}: {plain(name, 60)}"

    def outcome(self, outcome: Outcome) -> None:
        self._done_tasks += 1

    def program_recorded(self, known: Known, history: History) -> None:
        self._history = history
        self._recorded_here += 1
        self._verdicts[known.verdict] += 1
        print(describe(known), flush=True)  # while the panel is live, rich prints this above it

    def __rich__(self) -> Any:
        from rich.panel import Panel as Box
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        recorded = len(self._history) if self._history else 0
        grid = Table.grid(padding=(0, 2))
        grid.add_row("programs", Text(f"{recorded} of {self._n_programs}"), ProgressBar(self._n_programs, recorded, 30))
        grid.add_row("now", Text(self._now), Text(f"task {self._done_tasks} of {self._n_tasks}  {self._texts}"))
        if self._history is not None:
            best = self._history.best_delta
            grid.add_row(
                "frontier",
                Text(f"{len(self._history.frontier())} programs"),
                Text("" if best is None else f"best mean delta {best:+.4f}"),
            )
        verdicts = ", ".join(f"{count} {name}" for name, count in sorted(self._verdicts.items()))
        grid.add_row("verdicts", Text(verdicts), Text(self._time_left(recorded)))
        grid.add_row("cache", Text(self._cache()), "")
        return Box(grid, title=self._title, title_align="left")

    def _cache(self) -> str:
        if self._encoder is None or not self._encoder.stats.texts_asked:
            return ""
        stats = self._encoder.stats
        return f"{stats.texts_hit / stats.texts_asked:.0%} of {stats.texts_asked:,} texts were known"

    def _time_left(self, recorded: int) -> str:
        if not self._recorded_here:
            return ""
        each = (time.monotonic() - self._started) / self._recorded_here
        left = round(each * (self._n_programs - recorded))
        return f"{each:.1f} s a program, {left // 60}:{left % 60:02} left"


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say on a terminal what is being done, for as long as it takes."""
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def open_display(n_tasks: int, n_programs: int) -> Iterator[Display]:
    """The panel on a terminal, with a line a program scrolling above it; plain lines anywhere else."""
    if not sys.stdout.isatty():
        yield Lines()
        return
    from rich.live import Live

    panel = Panel(n_tasks, n_programs)
    with Live(panel, refresh_per_second=4):
        yield panel


def describe(known: Known) -> str:
    """A recorded program in one line."""
    row = known.row
    head = f"{row.id:>10}  {row.status:<9}  {plain(row.name, 44):<44}"
    if row.mean_delta is None or row.cost_ratio is None:
        return f"{head}  {plain(row.reason)}"
    return f"{head}  delta {row.mean_delta:+.4f}  cost {row.cost_ratio:6.2f}  {row.wins}/{row.ties}/{row.losses}"
