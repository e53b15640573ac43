"""How many cores this process may use."""

import math
import os
from pathlib import Path

from harness.machine.control_groups import folders


def available_cores(root: Path = Path("/")) -> int:
    """Cores this process may use: its affinity, and the quotas of its control groups where there are any."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quotas = [quota for group in folders("cpu", root) if (quota := _quota_of(group)) is not None]
    return max(1, min([cores, *map(math.ceil, quotas)]))


def _quota_of(group: Path) -> float | None:
    """Cores of one control group; None where it sets no quota."""
    for files in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        try:
            quota, period = map(int, " ".join((group / name).read_text() for name in files).split())
        except (OSError, ValueError):  # absent, or "max"
            continue
        if quota > 0 and period > 0:
            return quota / period
    return None
