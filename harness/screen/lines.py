"""A job as a log or a pipe sees it: one line a program or cell, and a sign of life where that takes long."""

import math
import sys
import threading
import time
from collections.abc import Callable
from typing import Self

from archive import RATIOS, Axis
from harness.encoders.cached import CachedEncoder
from harness.evaluation.evaluate import Outcome
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.watcher import Watcher
from harness.programs.view import LedgerRow
from harness.proposers.ledger_text import worth_apart
from harness.text import counted, plain

PATIENCE_S = 10.0
"""Seconds that an author may take before a line tells of retries: most are over in a moment."""
RETRIES_TOLD_S = 60.0
"""Seconds between two such lines."""
SILENCE_S = 25.0
"""Seconds after which a job that goes on says where it is: with the beat below, half a minute at most."""
BEAT_S = 1.0
"""Seconds between two looks at the clock."""


class Lines(Watcher):
    """Programs go to standard output, everything else to standard error.

    A context manager, entered as often as you like: inside it a thread says what is being done where nothing happens
    that could be told, while a model is loaded or asked, say, or a program runs for a minute.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, silence_s: float = SILENCE_S) -> None:
        self._clock, self._silence_s = clock, silence_s
        self._tell_from = math.inf
        self._said_at = self._since = clock()
        self._lock = threading.RLock()
        self._program = ""
        self._doing = "starting"
        self._axis: Axis = "texts"

    def __enter__(self) -> Self:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._thread.join()

    def noted(self, sentence: str) -> None:
        self._say(sentence)

    def doing(self, what: str) -> None:
        with self._lock:
            self._doing, self._since = what, self._clock()

    def reading_tasks(self, n_tasks: int) -> None:
        self.doing(f"reading {counted(n_tasks, 'task')}")

    def task_prepared(self, task: PreparedTask) -> None:
        self.doing(f"task {task.name} is encoded")
        self.alive()

    def encoding(self, done: int, total: int) -> None:
        self.doing(f"encoding text {done:,} of {total:,}")
        self.alive()

    def asked(self, generation: int) -> None:
        self.doing(f"waiting for the author of generation {generation}")
        self._tell_from = self._clock() + PATIENCE_S

    def retrying(self, sentence: str) -> None:
        if self._clock() >= self._tell_from:
            self._tell_from = self._clock() + RETRIES_TOLD_S
            self._say(sentence)

    def run_started(self, run_id: str, encoder: CachedEncoder, n_programs: int) -> None:
        self.doing(f"going on with run {run_id}")
        self._print(f"run {run_id}")

    def cost_counted(self, axis: Axis) -> None:
        self._axis = axis

    def program_started(self, generation: int, name: str) -> None:
        self._program = plain(name, 60)
        self.doing(f"running {self._program}")

    def outcome(self, outcome: Outcome) -> None:
        self.doing(f"{self._program}: {outcome.task} is done" if self._program else f"{outcome.task} is done")
        self.alive()

    def program_recorded(self, row: LedgerRow, verdict: str, best_worth: float | None, n_frontier: int) -> None:
        self._print(describe(row, self._axis))

    def encoder_started(self, encoder: CachedEncoder, n_cells: int) -> None:
        self.doing(f"evaluating cells with {plain(encoder.identity.name)}")
        self._say(f"encoder {plain(encoder.identity.name)}: {counted(n_cells, 'cell')} to evaluate")

    def cell(self, program: str, outcome: Outcome, seconds_left: float | None) -> None:
        self._say(f"{describe_cell(program, outcome)}  {time_left(seconds_left)}")

    def alive(self) -> None:
        """Say what is being done, unless something was said a moment ago."""
        with self._lock:
            now = self._clock()
            if now - self._said_at < self._silence_s:
                return
            lasting = now - self._since
            self._say(f"{self._doing} ({lasting:.0f} s)" if lasting >= self._silence_s else self._doing)

    def _beat(self) -> None:
        while not self._ended.wait(min(BEAT_S, self._silence_s)):
            try:
                self.alive()
            except (OSError, ValueError):  # nobody reads any more; the job's own next line tells it so
                return

    def _say(self, sentence: str) -> None:
        with self._lock:
            self._said_at = self._clock()
            print(sentence, file=sys.stderr, flush=True)

    def _print(self, line: str) -> None:
        with self._lock:
            self._said_at = self._clock()
            print(line, flush=True)


def describe(row: LedgerRow, axis: Axis = "texts") -> str:
    """A recorded program in one line; `axis` is what its cost is counted in."""
    head = f"{row.id:>10}  {row.status:<9}  {plain(row.name, 44):<44}"
    if row.mean_delta is None or row.cost_ratio is None:
        return f"{head}  {plain(row.reason)}"
    quality = f"delta {row.mean_delta:+.4f}{worth_apart(row)}"
    return f"{head}  {quality}  cost {_cost(row.cost_ratio, axis)}  {row.wins}/{row.ties}/{row.losses}"


def _cost(cost: float, axis: Axis) -> str:
    if axis == "texts":
        return f"{cost:6.2f}"
    if axis in RATIOS:
        return f"{cost:6.2f} in {axis}"
    return f"{cost:8,.0f} bytes" if axis == "bytes" else f"{cost:8,.2f} ms"


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
