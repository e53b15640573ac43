"""Resource limits of a child (getrlimit(2)): what the kernel enforces even while no parent looks."""

import math
import resource

from sandbox.job import Job

DESCRIPTORS = 16


def apply(job: Job) -> None:
    """Bound memory, processor time, files, processes and descriptors; nothing of it can be raised again."""
    # SIGXCPU at the soft limit, SIGKILL one second later for a program that ignores it.
    cpu = math.ceil(job.cpu_s) + 1
    _bound(resource.RLIMIT_AS, job.memory_bytes)
    _bound(resource.RLIMIT_CPU, cpu, cpu + 1)
    _bound(resource.RLIMIT_NOFILE, DESCRIPTORS)
    for nothing in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE, resource.RLIMIT_MEMLOCK):
        _bound(nothing, 0)
    _bound(resource.RLIMIT_MSGQUEUE, 0)


def _bound(kind: int, soft: int, hard: int | None = None) -> None:
    _, ceiling = resource.getrlimit(kind)
    hard = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))
