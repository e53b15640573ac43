"""How many cores this process may use."""

import math
import os
from collections.abc import Iterator
from pathlib import Path


def available_cores(root: Path = Path("/")) -> int:
    """Cores this process may use: its affinity, and the quotas of its control groups where there are any."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([cores, *(math.ceil(quota) for quota in _quotas(root))]))


def _quotas(root: Path) -> Iterator[float]:
    """Cores that each control group around this process leaves it: its own group and those above, version 1 or 2."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        # In a container the path may be one of the host's; the mount then shows the container's group at its top.
        for mount in (controllers, "cpu") if controllers else ("", "unified"):
            for group in (path, *map(str, Path(path).parents)):
                quota = _quota_of(root / "sys/fs/cgroup" / mount / group.lstrip("/"))
                if quota is not None:
                    yield quota


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
