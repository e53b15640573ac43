"""A run's side of a tracker: what is recorded goes down a pipe, and what becomes of it there never stops the run."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import IO, Any

from harness.programs.view import LedgerRow
from harness.settings.tracking import TrackingSettings
from harness.text import plain
from harness.tracking.load import NONE, require_tracker
from harness.tracking.protocol import Begun

END_S = 60.0
"""Seconds that a tracker has for what is left when a run ends; then it is left behind."""
Noted = Callable[[str], None]


class Tracking:
    """Tells a tracker, in a process of its own, of recorded programs; says once where that fails, and goes on without.

    The pipe is never waited for: a tracker that is further behind than the pipe holds, some hundred programs, has
    failed. It begins at once, or with the first program where `at_once` is false.
    """

    def __init__(self, settings: TrackingSettings, begun: Begun, noted: Noted, *, at_once: bool = True) -> None:
        self._settings, self._begun, self._noted = settings, begun, noted
        self._process: subprocess.Popen[bytes] | None = None
        self._waits = settings.kind != NONE
        self._status = "stopped"
        if at_once:
            self._start()

    def record(self, row: LedgerRow, best_worth: float | None, n_frontier: int, dollars: float) -> None:
        """A program is in the archive; so much was spent on models by then."""
        self._start()
        figures = figures_of(row, best_worth, n_frontier, dollars)
        self._send({"number": int(row.id.rpartition(".")[2]), "figures": figures})

    def ending(self, status: str) -> None:
        """How the run ends, which `close` tells."""
        self._status = status

    def close(self, wait_s: float = END_S) -> None:
        """Tell the end, and wait for the tracker to have told everything, so long at most."""
        self._send({"status": self._status})
        if (process := self._process) is None or process.stdin is None:
            return
        try:
            process.stdin.close()
            process.wait(wait_s)
        except subprocess.TimeoutExpired:
            self._give_up(f"it was not done {wait_s:.0f} s after the end")
        else:
            if process.returncode:
                self._give_up(self._reason())
            self._let_go()

    def _start(self) -> None:
        if not self._waits:
            return
        self._waits = False
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115, closed in `close`
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "harness.tracking"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                start_new_session=True,  # Ctrl-C is for the run, which then tells its end
            )
        except OSError as error:
            self._give_up(str(error))
            return
        if self._process.stdin is not None:
            os.set_blocking(self._process.stdin.fileno(), False)
        self._send({"settings": asdict(self._settings), "begun": asdict(self._begun)})

    def _send(self, line: Mapping[str, Any]) -> None:
        if self._process is None or self._process.stdin is None:
            return
        text = json.dumps(line).encode() + b"\n"
        try:
            if os.write(self._process.stdin.fileno(), text) < len(text):
                raise BlockingIOError("it does not keep up")
        except BlockingIOError:
            self._give_up("it does not keep up")
        except OSError:
            self._process.wait()
            self._give_up(self._reason())

    def _reason(self) -> str:
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"

    def _give_up(self, reason: str) -> None:
        self._let_go()
        said = plain(reason.rstrip("."), 300)
        self._noted(
            f"The tracker {self._settings.kind} is told no more ({said}); the run is whole in its archive without it."
        )

    def _let_go(self) -> None:
        """Leave no process and no open file behind."""
        if (process := self._process) is not None:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdin is not None:
                process.stdin.close()
        self._process = None
        self._said.close()


def figures_of(row: LedgerRow, best_worth: float | None, n_frontier: int, dollars: float) -> dict[str, float]:
    """A program's figures as numbers by name; what it does not have is left out."""
    known: dict[str, float | None] = {
        "mean_delta": row.mean_delta,
        "worth": row.worth,
        "cost_ratio": row.cost_ratio,
        "wins": row.wins if row.mean_delta is not None else None,
        "ties": row.ties if row.mean_delta is not None else None,
        "losses": row.losses if row.mean_delta is not None else None,
        "admitted": float(row.status == "admitted"),
        "best_worth": best_worth,
        "frontier": n_frontier,
        "dollars": dollars,
        **{f"delta.{task}": delta for task, delta in row.deltas.items()},
    }
    return {name: float(value) for name, value in known.items() if value is not None}


@contextmanager
def tracking(settings: TrackingSettings, begun: Begun, noted: Noted, *, at_once: bool = True) -> Iterator[Tracking]:
    """A run's tracker, closed whatever ends the run. Raises UsageError as `require_tracker` does."""
    require_tracker(settings)
    tracker = Tracking(settings, begun, noted, at_once=at_once)
    try:
        yield tracker
    finally:
        tracker.close()
