"""How many threads an encoder should use on a shared machine.

OpenMP threads that spin for a core which somebody else uses slow everything down (two of them on two shared cores ran
four times slower than one), so the number follows the cores that are really free: those that stood idle since the last
look, and those that this process used itself.
"""

import math
import os
import time
from dataclasses import dataclass
from pathlib import Path

from harness.machine.cores import available_cores

_SHORTEST_LOOK = 0.5
"""Seconds; kernel clocks tick every 10 ms, so a shorter look says little."""


@dataclass(frozen=True)
class CpuClock:
    """One reading of the clocks, in seconds."""

    wall: float
    idle: float | None
    """Idle time of the allowed cores together; None where the system does not tell."""
    own: float
    """CPU time of this process, all threads."""


def read_clock() -> CpuClock:
    """Read the clocks now."""
    return CpuClock(time.monotonic(), _idle_seconds(), time.process_time())


def free_cores(before: CpuClock, after: CpuClock, allowed: int) -> int:
    """Whole cores, 1 to `allowed`, that this process could use between two readings.

    A quarter of a core of other people's work is taken for noise.
    """
    if before.idle is None or after.idle is None:
        free = allowed - os.getloadavg()[0]
    else:
        free = (after.idle - before.idle + after.own - before.own) / (after.wall - before.wall)
    return max(1, min(allowed, math.floor(free + 0.25)))


class FreeCores:
    """Keeps the last reading, so that each look covers the time since the one before."""

    def __init__(self) -> None:
        self._allowed = available_cores()
        self._last = read_clock()
        self._free = 1

    def look(self) -> int:
        """Cores free since the last look; the same answer again within half a second."""
        if self._allowed == 1:
            return 1
        now = read_clock()
        if now.wall - self._last.wall >= _SHORTEST_LOOK:
            self._free = free_cores(self._last, now, self._allowed)
            self._last = now
        return self._free


def _idle_seconds() -> float | None:
    """Idle seconds (fourth and fifth column of /proc/stat) of the cores in this process's affinity."""
    try:
        lines = Path("/proc/stat").read_text().splitlines()
    except OSError:
        return None
    mine = {f"cpu{core}" for core in os.sched_getaffinity(0)}
    rows = [line.split() for line in lines if line.split(" ", 1)[0] in mine]
    return sum(int(row[4]) + int(row[5]) for row in rows) / float(os.sysconf("SC_CLK_TCK"))
