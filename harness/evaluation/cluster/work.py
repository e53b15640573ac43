"""What each machine of a cluster did, counted on this side: runs of programs, and batches of the encoder."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from archive import WorkRecord

_Key = tuple[str, str]
"""Machine and source of a program; no source for encoding."""
NAME = 8
"""Characters of the name that Ray gives a node, as sentences have it."""


class WorkLog:
    """Adds up work; several threads may add at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._works: dict[_Key, WorkRecord] = defaultdict(lambda: WorkRecord("", None))

    def ran(self, node: str, source: str, *, wall_s: float, cpu_s: float, texts: int) -> None:
        """A program has ended on one task, or on a part of one."""
        with self._lock:
            have = self._works[node, source]
            self._works[node, source] = replace(
                have,
                runs=have.runs + 1,
                wall_s=have.wall_s + wall_s,
                cpu_s=have.cpu_s + cpu_s,
                texts=have.texts + texts,
            )

    def lost(self, node: str, source: str) -> None:
        """A run was lost with its process or machine."""
        with self._lock:
            have = self._works[node, source]
            self._works[node, source] = replace(have, lost=have.lost + 1)

    def encoded(self, node: str, n_texts: int, seconds: float) -> None:
        """An encoder there has encoded a batch."""
        with self._lock:
            have = self._works[node, ""]
            self._works[node, ""] = replace(
                have,
                batches=have.batches + 1,
                encoded=have.encoded + n_texts,
                encoder_s=have.encoder_s + seconds,
            )

    def records(self, numbers: Mapping[str, int]) -> list[WorkRecord]:
        """All of it by machine and program, whose number `numbers` has by its source."""
        with self._lock:
            works = dict(self._works)
        told = [replace(work, node=node[:NAME], number=numbers.get(source)) for (node, source), work in works.items()]
        return sorted(told, key=lambda work: (work.node, work.number is None, work.number or 0))


def by_machine(works: list[WorkRecord]) -> list[WorkRecord]:
    """The same, one for each machine."""
    sums: dict[str, WorkRecord] = {}
    for work in works:
        have = sums.get(work.node)
        sums[work.node] = replace(work, number=None) if have is None else _added(have, work)
    return list(sums.values())


def _added(one: WorkRecord, two: WorkRecord) -> WorkRecord:
    counted = {name: value + getattr(two, name) for name, value in vars(one).items() if name not in ("node", "number")}
    return replace(one, **counted)
