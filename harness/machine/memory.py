"""How much memory this process may use."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from harness.machine.control_groups import folders


def available_memory(root: Path = Path("/")) -> int | None:
    """Bytes this process may use: the machine's, or what its control groups or its own limit leave of them.

    None where the system tells nothing.
    """
    return min((*_of_machine(), *_of_groups(root), *_of_process()), default=None)


def _of_machine() -> Iterator[int]:
    with suppress(AttributeError, ValueError, OSError):  # what a system lacks
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _of_groups(root: Path) -> Iterator[int]:
    for group in folders("memory", root):
        for name in ("memory.max", "memory.limit_in_bytes"):
            with suppress(OSError, ValueError):  # absent, or "max"
                yield int((group / name).read_text())


def _of_process() -> Iterator[int]:
    with suppress(ImportError):
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        if soft != resource.RLIM_INFINITY:
            yield soft
