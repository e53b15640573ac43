"""Two programs side by side."""

import difflib
from dataclasses import dataclass
from typing import Any

from archive import Archive, Program
from harness.errors import UsageError
from harness.screen.columns import PAIRS, TaskPair


@dataclass(frozen=True)
class Comparison:
    """What differs between two programs."""

    first: Program
    second: Program
    lines: list[str]
    """A unified diff of the sources, without line ends; empty where they are equal."""
    tasks: list[TaskPair]

    def view(self) -> dict[str, Any]:
        """The same as JSON-ready values."""
        return {
            "first": self.first.id,
            "second": self.second.id,
            "diff": self.lines,
            "tasks": [{column.name: column.value(pair) for column in PAIRS.data_columns} for pair in self.tasks],
        }


def between(first: Program, second: Program) -> Comparison:
    """Compare two programs, of one run or of two."""
    before, after = (program.record.source.splitlines() for program in (first, second))
    lines = difflib.unified_diff(before, after, first.id, second.id, lineterm="")
    outcomes = [{outcome.task: outcome for outcome in program.record.outcomes} for program in (first, second)]
    tasks = list(dict.fromkeys([*outcomes[0], *outcomes[1]]))
    return Comparison(
        first, second, list(lines), [TaskPair(task, outcomes[0].get(task), outcomes[1].get(task)) for task in tasks]
    )


def compare_with_parent(archive: Archive, program: Program) -> Comparison:
    """What a program changed. Raises UsageError where it has no parent."""
    if not program.record.parents:
        raise UsageError(f"Program {program.id} has no parent; name a second program to compare it with.")
    return between(archive.program(program.record.parents[0]), program)
