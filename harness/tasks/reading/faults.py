"""The faults of one file, told in one go."""

from collections.abc import Callable
from typing import TypeVar

from harness.errors import TaskError
from harness.text import counted

MOST = 10
"""Faults that are told with their places; of the others, how many there are."""

Read = TypeVar("Read")


class Fault(Exception):
    """What is wrong with one record: cause and fix, without its place."""


class Faults:
    """What is wrong with one file, or with one of the objects that a caller gives."""

    def __init__(self, subject: object) -> None:
        """`subject` is what the sentence begins with: a path, or `documents of task NAME`."""
        self.subject = subject
        self._told: list[str] = []
        self._count = 0

    def add(self, place: str, sentence: str) -> None:
        """Keep a fault for later; `place` is `line 3`, `row 3`, `entry 3` or an id."""
        self._count += 1
        if self._count <= MOST:
            self._told.append(f"{place}: {sentence.rstrip('.')}")

    def attempt(self, place: str, read: Callable[[], Read]) -> Read | None:
        """What `read` gives; None, and its fault kept, where it raises one."""
        try:
            return read()
        except Fault as fault:
            self.add(place, str(fault))
            return None

    def tell(self) -> None:
        """Raise TaskError with the first ten faults and how many more there are; do nothing where there is none."""
        if self._count == 1:
            raise TaskError(f"{self.subject}, {self._told[0]}.")
        if self._count:
            more = f"; and {self._count - MOST:,} more" if self._count > MOST else ""
            raise TaskError(f"{self.subject} has {counted(self._count, 'fault')}: {'; '.join(self._told)}{more}.")
