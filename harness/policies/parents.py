"""The parent-selection policies by name."""

from collections.abc import Mapping
from typing import Any

from harness import plugins
from harness.policies import pareto_crowding, power_law, sigmoid, uniform
from harness.policies.candidate import ParentPolicy

POLICIES: dict[str, ParentPolicy] = {
    "sigmoid": sigmoid.select,
    "power_law": power_law.select,
    "pareto_crowding": pareto_crowding.select,
    "uniform": uniform.select,
}


def by_name(name: str, options: Mapping[str, Any] | None = None) -> ParentPolicy:
    """The policy of that name, built in or brought by a package, with the options it takes.

    Raises UsageError for an unknown name or option.
    """
    takes = ("candidates", "rng", "count")
    policy: ParentPolicy = plugins.choose(
        plugins.POLICIES, name, POLICIES, takes=takes, options=options, what="search.selection"
    )
    return policy
