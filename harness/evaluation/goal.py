"""What programs are judged by: the measures of their rankings, and what is made of them over the tasks."""

from dataclasses import dataclass

from harness.evaluation.measures import Measure, find_measures
from harness.evaluation.objectives import Objective, find_objective
from harness.settings import SearchSettings


@dataclass(frozen=True)
class Goal:
    """The measure searched by, first, with the others that are recorded, and what is maximised."""

    measures: tuple[Measure, ...]
    objective: Objective


def find_goal(search: SearchSettings) -> Goal:
    """The goal that settings name. Raises UsageError for a measure or an objective that does not exist."""
    return Goal(find_measures(search.measure, search.measures), find_objective(search.maximise, search.floor))
