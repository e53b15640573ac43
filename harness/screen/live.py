"""A job as a person at a terminal watches it; anywhere else it is told in lines."""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from archive import Axis, WorkRecord
from harness.encoders.cached import CachedEncoder
from harness.evaluation.evaluate import Outcome
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.watcher import Watcher
from harness.programs.view import LedgerRow
from harness.screen.lines import Lines, describe, describe_cell, time_left
from harness.text import counted, plain

if TYPE_CHECKING:
    from rich.progress import Progress


MOST_MACHINES = 6
"""Machines that have a line of their own."""


class Panel(Watcher):
    """A panel that stays in place: progress, frontier, best delta, verdicts, cache hits and time left."""

    def __init__(self) -> None:
        self._title, self._now, self._texts = "loading the encoder", "", ""
        self._n_tasks = self._n_programs = 0
        self._encoder: CachedEncoder | None = None
        self._verdicts: Counter[str] = Counter()
        self._recorded = self._done_tasks = self._recorded_here = 0
        self._frontier: tuple[str, str] = ("", "")
        self._started = time.monotonic()
        self._machines: tuple[str, str] = ("", "")
        self._worked: Sequence[WorkRecord] = ()
        self._axis: Axis = "texts"

    def machines(self, n_nodes: int, n_workers: int, busy: int, waiting: int, cells_per_minute: int) -> None:
        doing = f"{busy} of {counted(n_workers, 'worker')} busy on {counted(n_nodes, 'machine')}"
        self._machines = (doing, f"{counted(waiting, 'run')} waiting, {cells_per_minute} a minute")

    def worked(self, machines: Sequence[WorkRecord]) -> None:
        self._worked = machines

    def noted(self, sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)

    def doing(self, what: str) -> None:
        self._now = what

    def reading_tasks(self, n_tasks: int) -> None:
        self._n_tasks, self._now = n_tasks, f"reading {counted(n_tasks, 'task')}"

    def task_prepared(self, task: PreparedTask) -> None:
        self._done_tasks += 1
        self._title, self._now, self._texts = "encoding the tasks", f"{task.name} is ready", ""

    def encoding(self, done: int, total: int) -> None:
        self._texts = f"encoding text {done:,} of {total:,}" if done < total else ""

    def run_started(self, run_id: str, encoder: CachedEncoder, n_programs: int) -> None:
        self._title, self._encoder, self._started = f"run {run_id}", encoder, time.monotonic()
        self._n_programs = n_programs

    def cost_counted(self, axis: Axis) -> None:
        self._axis = axis

    def asked(self, generation: int) -> None:
        self._now = f"generation {generation}: waiting for its author"

    def retrying(self, sentence: str) -> None:
        self._now = sentence

    def program_started(self, generation: int, name: str) -> None:
        self._done_tasks = 0
        self._now = f"{'seed' if generation == 0 else f'generation {generation}'}: {plain(name, 60)}"

    def outcome(self, outcome: Outcome) -> None:
        self._done_tasks += 1

    def program_recorded(self, row: LedgerRow, verdict: str, best_worth: float | None, n_frontier: int) -> None:
        self._recorded = int(row.id.rpartition(".")[2])
        self._recorded_here += 1
        self._verdicts[verdict] += 1
        best = "" if best_worth is None else f"best so far {best_worth:+.4f}"
        self._frontier = (counted(n_frontier, "program"), best)
        print(describe(row, self._axis), flush=True)  # while the panel is live, rich prints this above it

    def __rich__(self) -> Any:
        from rich.panel import Panel as Box
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 2))
        if self._n_programs:
            bar = ProgressBar(self._n_programs, self._recorded, 30)
            grid.add_row("programs", Text(f"{self._recorded} of {self._n_programs}"), bar)
        grid.add_row("now", Text(self._now), Text(f"task {self._done_tasks} of {self._n_tasks}  {self._texts}"))
        if self._recorded_here:
            grid.add_row("frontier", *map(Text, self._frontier))
        verdicts = ", ".join(f"{count} {name}" for name, count in sorted(self._verdicts.items()))
        grid.add_row("verdicts", Text(verdicts), Text(self._time_left()))
        grid.add_row("cache", Text(self._cache()), "")
        if self._machines[0]:
            grid.add_row("machines", *map(Text, self._machines))
        for work in self._worked[:MOST_MACHINES]:
            grid.add_row(plain(work.node, 20), *map(Text, worked(work)))
        return Box(grid, title=self._title, title_align="left")

    def _cache(self) -> str:
        if self._encoder is None or not self._encoder.stats.texts_asked:
            return ""
        stats = self._encoder.stats
        return f"{stats.texts_hit / stats.texts_asked:.0%} of {stats.texts_asked:,} texts were known"

    def _time_left(self) -> str:
        if not self._recorded_here:
            return ""
        each = (time.monotonic() - self._started) / self._recorded_here
        return f"{each:.1f} s a program, {time_left(each * (self._n_programs - self._recorded))}"


def worked(work: WorkRecord) -> tuple[str, str]:
    """What a machine did: for programs, and with encoders."""
    ran = f"{counted(work.runs, 'run')}, {work.cpu_s:.1f} s of programs"
    if not work.batches:
        return ran, ""
    rate = work.encoded / work.encoder_s if work.encoder_s else 0.0
    each = work.encoded / work.batches
    return ran, f"{counted(work.batches, 'encoder batch', 'encoder batches')} of {each:.1f} texts, {rate:,.0f} texts/s"


class MatrixBar(Watcher):
    """A bar with the time left, and a line a cell above it."""

    def __init__(self, bar: "Progress") -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None, left="")
        self._left = ""

    def noted(self, sentence: str) -> None:
        self._bar.console.print(sentence, markup=False, highlight=False)

    def doing(self, what: str) -> None:
        self._bar.update(self._task, left=what)

    def encoder_started(self, encoder: CachedEncoder, n_cells: int) -> None:
        self._bar.reset(self._task, description=plain(encoder.identity.name, 30), total=n_cells, left="")

    def encoding(self, done: int, total: int) -> None:
        text = f"encoding {done:,} of {counted(total, 'text')}" if done < total else self._left
        self._bar.update(self._task, left=text)

    def cell(self, program: str, outcome: Outcome, seconds_left: float | None) -> None:
        self._left = time_left(seconds_left)
        self._bar.console.print(describe_cell(program, outcome), markup=False, highlight=False)
        self._bar.update(self._task, advance=1, left=self._left)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say on a terminal what is being done, for as long as it takes."""
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def open_run() -> Iterator[Watcher]:
    """For a run: the panel on a terminal, with a line a program scrolling above it; plain lines anywhere else."""
    if not sys.stdout.isatty():
        with Lines() as lines:
            yield lines
        return
    from rich.live import Live

    panel = Panel()
    with Live(panel, refresh_per_second=4):
        yield panel


@contextmanager
def open_matrix() -> Iterator[Watcher]:
    """For a matrix: a progress bar where standard error is a terminal, lines anywhere else."""
    if not sys.stderr.isatty():
        with Lines() as lines:
            yield lines
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        yield MatrixBar(bar)
