"""The parent-selection policies by name."""

from harness.errors import UsageError
from harness.policies import pareto_crowding, power_law, sigmoid, uniform
from harness.policies.candidate import ParentPolicy
from harness.text import nearest

POLICIES: dict[str, ParentPolicy] = {
    "sigmoid": sigmoid.select,
    "power_law": power_law.select,
    "pareto_crowding": pareto_crowding.select,
    "uniform": uniform.select,
}


def by_name(name: str) -> ParentPolicy:
    """The policy of that name. Raises UsageError for an unknown one."""
    if name not in POLICIES:
        raise UsageError(f"There is no parent selection '{name}'{nearest(name, POLICIES)}")
    return POLICIES[name]
