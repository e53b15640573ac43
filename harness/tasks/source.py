"""What offers tasks by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.tasks.task import RetrievalTask


@dataclass(frozen=True)
class TaskSource:
    """The tasks of one source, none of them loaded yet."""

    names: Sequence[str] | None
    """In their usual order; None where there are too many to list, so that a person has to name some."""
    load: Callable[[str], RetrievalTask]
    """One task by its name; raises TaskError where it cannot be loaded. It keeps `max_queries`, `seed` and `held_out`
    of the settings that the source was made with."""
