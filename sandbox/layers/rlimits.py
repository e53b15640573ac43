"""Resource limits of a child (getrlimit(2)): what the kernel enforces even while no parent looks."""

import math
import resource

DESCRIPTORS = 16


def apply(cpu_s: float, memory_bytes: int) -> None:
    """Bound memory, processor time, files, processes and descriptors; nothing of it can be raised again."""
    # SIGXCPU at the soft limit, SIGKILL one second later for a program that ignores it.
    cpu = math.ceil(cpu_s) + 1
    _bound(resource.RLIMIT_AS, memory_bytes)
    _bound(resource.RLIMIT_CPU, cpu, cpu + 1)
    _bound(resource.RLIMIT_NOFILE, DESCRIPTORS)
    for forbidden in (
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_NPROC,
        resource.RLIMIT_CORE,
        resource.RLIMIT_MEMLOCK,
        resource.RLIMIT_MSGQUEUE,
    ):
        _bound(forbidden, 0)


def _bound(kind: int, soft: int, hard: int | None = None) -> None:
    hard = soft if hard is None else hard
    _, ceiling = resource.getrlimit(kind)
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))
