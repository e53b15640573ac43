"""A job as a log or a pipe sees it: one line a program or cell, and a sign of life where that takes long."""

import math
import sys
import threading
import time
from collections.abc import Callable

from harness.encoders.cached import CachedEncoder
from harness.evaluation.evaluate import Outcome, PreparedTask
from harness.evaluation.watcher import Watcher
from harness.programs.view import LedgerRow
from harness.proposers.ledger_text import worth_apart
from harness.text import plain

PATIENCE_S = 10.0
"""Seconds that an author may take before a line tells of retries: most are over in a moment."""
RETRIES_TOLD_S = 60.0
"""Seconds between two such lines."""
SILENCE_S = 30.0
"""Seconds after which a job that goes on says where it is."""


class Lines(Watcher):
    """Programs go to standard output, everything else to standard error."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tell_from = math.inf
        self._said_at = clock()
        self._lock = threading.Lock()
        self._doing = ""

    def noted(self, sentence: str) -> None:
        self._say(sentence)

    def task_prepared(self, task: PreparedTask) -> None:
        self._alive(f"task {task.name} is encoded")

    def encoding(self, done: int, total: int) -> None:
        self._alive(f"encoding text {done:,} of {total:,}")

    def asked(self, generation: int) -> None:
        self._tell_from = self._clock() + PATIENCE_S

    def retrying(self, sentence: str) -> None:
        if self._clock() >= self._tell_from:
            self._tell_from = self._clock() + RETRIES_TOLD_S
            self._say(sentence)

    def run_started(self, run_id: str, encoder: CachedEncoder, n_programs: int) -> None:
        self._print(f"run {run_id}")

    def program_started(self, generation: int, name: str) -> None:
        self._doing = plain(name, 60)

    def outcome(self, outcome: Outcome) -> None:
        self._alive(f"{self._doing}: {outcome.task} is done")

    def program_recorded(self, row: LedgerRow, verdict: str, best_worth: float | None, n_frontier: int) -> None:
        self._print(describe(row))

    def encoder_started(self, encoder: CachedEncoder, n_cells: int) -> None:
        self._say(f"encoder {plain(encoder.identity.name)}: {n_cells} cells to evaluate")

    def cell(self, program: str, outcome: Outcome, seconds_left: float | None) -> None:
        self._say(f"{describe_cell(program, outcome)}  {time_left(seconds_left)}")

    def _alive(self, sentence: str) -> None:
        """Say where the job is, unless something was said a moment ago."""
        with self._lock:
            due = self._clock() - self._said_at >= SILENCE_S
        if due:
            self._say(sentence)

    def _say(self, sentence: str) -> None:
        self._said_at = self._clock()
        print(sentence, file=sys.stderr, flush=True)

    def _print(self, line: str) -> None:
        self._said_at = self._clock()
        print(line, flush=True)


def describe(row: LedgerRow) -> str:
    """A recorded program in one line."""
    head = f"{row.id:>10}  {row.status:<9}  {plain(row.name, 44):<44}"
    if row.mean_delta is None or row.cost_ratio is None:
        return f"{head}  {plain(row.reason)}"
    quality = f"delta {row.mean_delta:+.4f}{worth_apart(row)}"
    return f"{head}  {quality}  cost {row.cost_ratio:6.2f}  {row.wins}/{row.ties}/{row.losses}"


def describe_cell(program: str, outcome: Outcome) -> str:
    """A cell of a matrix in one line."""
    result = outcome.reason if outcome.delta is None else f"delta {outcome.delta:+.4f}"
    return f"{plain(program, 40):<40} {plain(outcome.task, 28):<28} {plain(result, 120)}"


def time_left(seconds: float | None) -> str:
    """`M:SS left`, or nothing where that is unknown."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} left"
