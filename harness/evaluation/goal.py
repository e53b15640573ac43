"""What programs are judged by: the measures of their rankings, and what is made of them over the tasks."""

from dataclasses import dataclass

from archive import axis_named
from harness.errors import UsageError
from harness.evaluation.cost_limit import CostLimit
from harness.evaluation.measures import Measure, find_measures
from harness.evaluation.objectives import Mean, Objective, find_objective
from harness.settings import SearchSettings


@dataclass(frozen=True)
class Goal:
    """The measure searched by, first, with the others that are recorded, and what is maximised."""

    measures: tuple[Measure, ...]
    objective: Objective
    limit: CostLimit | None = None
    """The budget, where the search has one."""


def find_goal(search: SearchSettings) -> Goal:
    """The goal that settings name.

    Raises UsageError for a measure or an objective that does not exist, or that `search.admission` cannot go by.
    """
    measures, objective = find_measures(search.measure, search.measures), find_objective(search.maximise, search.floor)
    goal = Goal(
        measures, objective, None if search.budget is None else CostLimit(axis_named(search.cost), search.budget)
    )
    if search.admission == "beyond_noise" and (search.objective == "transfer" or not isinstance(goal.objective, Mean)):
        raise UsageError(
            "search.admission=beyond_noise compares means over searched tasks; it needs search.objective=compute or "
            "budget, and search.maximise=mean."
        )
    return goal
