"""What an objective is: a value that prints as it is written and makes one number of a program's tasks."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import isfinite
from typing import ClassVar

from harness.errors import UsageError


@dataclass(frozen=True)
class TaskResult:
    """One program on one task."""

    task: str
    value: float
    """Of the run's measure, mean over queries."""
    baseline: float
    """The measure of plain cosine."""
    seconds: float
    """What the program took on the task."""

    @property
    def delta(self) -> float:
        return self.value - self.baseline


@dataclass(frozen=True)
class Objective(ABC):
    """One number of a program's results on all tasks; larger is better."""

    floor: float | None = None
    """The least delta that is allowed on any task; None allows all."""

    name: ClassVar[str]
    label: ClassVar[str]
    """What the number is, as a heading has it."""

    def __post_init__(self) -> None:
        """Raise UsageError where a parameter is out of range."""
        if self.floor is not None and not isfinite(self.floor):
            raise UsageError(f"The floor of {self.name} is {self.floor}; it must be a finite number.")

    def __str__(self) -> str:
        values = ((field.name, getattr(self, field.name), field.default) for field in fields(self))
        shown = [f"{key}={value}" for key, value, default in values if value != default]
        return self.name + (f"({', '.join(shown)})" if shown else "")

    def value(self, results: Sequence[TaskResult]) -> float | None:
        """The number of a program that ended well on every task; None where `refusal` has something to say."""
        return None if self.refusal(results) else self._of(results)

    def refusal(self, results: Sequence[TaskResult]) -> str | None:
        """Why the program has no number, as one sentence: its delta on its worst task is below the floor."""
        if not results:
            return "There is no result on any task."
        worst = min(results, key=lambda result: result.delta)
        if self.floor is None or worst.delta >= self.floor:
            return None
        return f"The delta on task {worst.task} is {worst.delta:+.4f}, below the floor of {self.floor:+.4f}."

    @property
    def told(self) -> str:
        """What an author is told of it: half a sentence about the deltas."""
        if self.floor is None:
            return self.counts
        return f"{self.counts}, and a program whose delta on any task is below {self.floor:+g} counts for nothing"

    @property
    @abstractmethod
    def counts(self) -> str:
        """The same without the floor."""

    @abstractmethod
    def _of(self, results: Sequence[TaskResult]) -> float:
        """The number, of at least one result and none below the floor."""
