"""The faults of one file, told in one go."""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from harness.errors import TaskError
from harness.text import counted

MOST = 10
"""Different faults that are told, and places of each; of the others, how many there are."""

Read = TypeVar("Read")


class Fault(Exception):
    """What is wrong with one record: cause and fix, without its place."""


class Faults:
    """What is wrong with one file, or with one of the objects that a caller gives."""

    def __init__(self, subject: object) -> None:
        """`subject` is what the sentence begins with: a path, or `documents of task NAME`."""
        self.subject = subject
        self._places: dict[str, list[str]] = {}
        """Of a fault; of many, the first."""
        self._counts: Counter[str] = Counter()
        self._others = 0

    def add(self, place: str, sentence: str) -> None:
        """Keep a fault for later; `place` is `line 3`, `row 3`, `entry 3` or an id."""
        sentence = sentence.rstrip(".")
        if sentence not in self._places and len(self._places) == MOST:
            self._others += 1
            return
        self._counts[sentence] += 1
        places = self._places.setdefault(sentence, [])
        if len(places) < MOST:
            places.append(place)

    def attempt(self, place: str, read: Callable[[], Read]) -> Read | None:
        """What `read` gives; None, and its fault kept, where it raises one."""
        try:
            return read()
        except Fault as fault:
            self.add(place, str(fault))
            return None

    def tell(self) -> None:
        """Raise TaskError with the first faults and how many more there are; do nothing where there is none."""
        count = self._counts.total() + self._others
        told = [f"{self._where(sentence)}: {sentence}" for sentence in self._places]
        if count == 1:
            raise TaskError(f"{self.subject}, {told[0]}.")
        if count:
            more = f"; and {self._others:,} more" if self._others else ""
            raise TaskError(f"{self.subject} has {counted(count, 'fault')}: {'; '.join(told)}{more}.")

    def _where(self, sentence: str) -> str:
        """`line 3, line 5 and 7 more`."""
        places, more = self._places[sentence], self._counts[sentence] - len(self._places[sentence])
        return ", ".join(places) + (f" and {more:,} more" if more else "")
