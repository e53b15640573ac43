"""The parent-selection policies by name."""

from difflib import get_close_matches

from harness.errors import UsageError
from harness.policies import pareto_crowding, power_law, sigmoid, uniform
from harness.policies.candidate import ParentPolicy

POLICIES: dict[str, ParentPolicy] = {
    "sigmoid": sigmoid.select,
    "power_law": power_law.select,
    "pareto_crowding": pareto_crowding.select,
    "uniform": uniform.select,
}


def by_name(name: str) -> ParentPolicy:
    """The policy of that name. Raises UsageError for an unknown one."""
    if name not in POLICIES:
        near = get_close_matches(name, POLICIES, n=1)
        hint = f"; did you mean {near[0]}" if near else ""
        raise UsageError(f"There is no parent selection {name!r}{hint}? Known: {', '.join(POLICIES)}.")
    return POLICIES[name]
