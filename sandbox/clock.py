"""What the calls of a program take, measured by the parent: nothing that a program writes is believed."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sandbox.contract import Phase

CPUCLOCK_SCHED = 2
"""The kernel's clock of a process's processor time; see clock_getcpuclockid(3)."""


def process_clock(pid: int) -> Callable[[], float]:
    """A clock of the processor seconds of a process; of wall-clock seconds where the system does not tell them.

    Of a process that has just ended it tells the last that was known.
    """
    identifier, last = (~pid << 3) | CPUCLOCK_SCHED, 0.0

    def read() -> float:
        nonlocal last
        with suppress(OSError):
            last = time.clock_gettime(identifier)
        return last

    with suppress(OSError, AttributeError, OverflowError):
        time.clock_gettime(identifier)
        return read
    return time.monotonic


def pid_of(pidfd: int) -> int:
    """The process that a pidfd stands for, -1 where it is gone."""
    found = re.search(r"^Pid:\s*(-?\d+)", Path(f"/proc/self/fdinfo/{pidfd}").read_text(), re.MULTILINE)
    return int(found[1]) if found else -1


class Phases:
    """Splits a run into the program's index and its calls."""

    def __init__(self) -> None:
        self._clock: Callable[[], float] = time.monotonic
        self._begun = (0.0, 0.0, 0)
        self.calling = False
        """Whether the program is loaded, and its index made."""
        self.index: Phase | None = None
        self.calls: list[Phase] = []

    def watch(self, pid: int) -> None:
        """Read the clock of this process from now on, whose first call begins."""
        self._clock = process_clock(pid)
        self.begin(0.0, 0)

    def begin(self, encoder_s: float, texts: int) -> None:
        """A call begins, with so much encoded in the run so far."""
        self._begun = (self._clock(), encoder_s, texts)

    def indexed(self, encoder_s: float, texts: int, *, has_index: bool) -> None:
        """The program is loaded, and its index, if it has one, is made."""
        phase = self._end(encoder_s, texts)
        self.index = phase if has_index else None
        self.calling = True

    def called(self, encoder_s: float, texts: int) -> None:
        """A call has ended."""
        self.calls.append(self._end(encoder_s, texts))

    def _end(self, encoder_s: float, texts: int) -> Phase:
        clock, encoder_before, texts_before = self._begun
        waited = encoder_s - encoder_before
        took = self._clock() - clock
        if self._clock is time.monotonic:
            took -= waited
        return Phase(max(took, 0.0), waited, texts - texts_before)
