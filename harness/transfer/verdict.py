"""Does it hold? What may be said, in one sentence, of a program's gain on tasks that its search has not seen.

The rules were fixed before anybody looked at a figure: the program is the one that `chosen` names, an interval that
includes zero shows nothing, and from fewer than six tasks nothing is said of other tasks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from harness.evaluation.paired import FEWEST_TASKS
from harness.text import counted
from harness.transfer.intervals import Interval, interval_of_sum, mean_interval, query_interval
from harness.transfer.optimism import FEWEST_OF_EITHER
from harness.transfer.statistics import CellDelta, summarise

Holds = Literal["unknown", "too few", "holds", "open", "worse"]


@dataclass(frozen=True)
class Figure:
    """A program's mean delta on some tasks with one encoder."""

    mean: float
    interval: Interval | None
    """Over tasks from six on, else over the queries of these tasks; None with too few of either."""
    n_tasks: int
    record: str
    """Wins, ties and losses: `5/0/1`."""

    def __str__(self) -> str:
        return f"{self.mean:+.4f}{bounds_text(self.interval)} on {counted(self.n_tasks, 'task')}"


@dataclass(frozen=True)
class Verdict:
    """What held-out figures say of a program."""

    holds: Holds
    sentence: str
    beside: str = ""
    """How the held-out figure stands beside the one in-domain; empty where there are too few tasks."""


def figure_of(cells: Sequence[CellDelta]) -> Figure | None:
    """The figure of a program's cells with one encoder; None where there is none."""
    if not cells:
        return None
    summary = summarise(cells)
    interval = mean_interval(cells) or query_interval(cells)
    return Figure(summary.mean, interval, summary.n, f"{summary.wins}/{summary.ties}/{summary.losses}")


def verdict(name: str, inside: Sequence[CellDelta], outside: Sequence[CellDelta]) -> Verdict:
    """Judge a program by its cells in-domain and held out, each with one encoder."""
    found = figure_of(outside)
    if found is None:
        return Verdict(
            "unknown", f"Not known: {name} has no result on a task that its search has not seen, so it may fit these."
        )
    gain = f"{name} gains {found.mean:+.4f}{bounds_text(found.interval)}"
    tasks = counted(found.n_tasks, "held-out task")
    beside = _beside(inside, outside)
    if found.interval is None:
        return Verdict(
            "too few", f"Too little to say: {gain} on {tasks}, too few tasks and queries for an interval.", beside
        )
    few = found.n_tasks < FEWEST_TASKS
    these = f"on the queries of {tasks}; nothing is said of other tasks" if few else f"on {tasks}"
    if found.interval.low > 0:
        return Verdict("holds", f"It holds{' on these tasks' if few else ''}: {gain} {these}.", beside)
    if found.interval.high < 0:
        return Verdict("worse", f"It does not hold: {gain} {these}, so it is worse than the cosine there.", beside)
    return Verdict("open", f"Not shown: {gain} {these}; the interval includes zero, and so no gain at all.", beside)


def _beside(inside: Sequence[CellDelta], outside: Sequence[CellDelta]) -> str:
    """The difference of two samples of tasks, drawn apart: Welch's interval, from four tasks each."""
    if min(len(inside), len(outside)) < FEWEST_OF_EITHER:
        return ""
    ours, theirs = (np.array([cell.delta for cell in cells]) for cells in (inside, outside))
    difference = float(ours.mean() - theirs.mean())
    interval = interval_of_sum([ours, -theirs], "tasks, Student's t and Hall's")
    told = f"In-domain it gained {ours.mean():+.4f}; the difference, {difference:+.4f}{bounds_text(interval)}, "
    if interval.low > 0:
        return f"{told}is more than the draw of the tasks explains: a part of the gain is owed to the choice."
    if interval.high < 0:
        return f"{told}is in its favour: the held-out tasks are easier to gain on."
    return f"{told}may be the draw of the tasks."


def bounds_text(interval: Interval | None) -> str:
    """` [low, high]`, or nothing."""
    return "" if interval is None else f" [{interval.low:+.4f}, {interval.high:+.4f}]"
