"""The most that a program may cost in a search with a budget."""

from dataclasses import dataclass

from archive import COST_WORDS, RATIOS, Axis, Costs, RunRecord, axis_of

ROUNDING = 1e-9
"""By which share of the budget a cost may exceed it and be within: sums of floats are not exact."""


@dataclass(frozen=True)
class CostLimit:
    """A budget: a mean cost over the queries of all tasks, on an axis, that is not to be exceeded."""

    axis: Axis
    most: float

    @property
    def told(self) -> str:
        """`2 in texts`, or with its unit."""
        unit = COST_WORDS.get(self.axis, f"in {self.axis}")
        return f"{self.most:,g} {unit}"

    @classmethod
    def of(cls, run: RunRecord) -> "CostLimit | None":
        """The budget of a recorded run, if it had one."""
        most = run.config.get("search", {}).get("budget")
        return None if most is None else cls(axis_of(run), float(most))

    def excludes(self, cost: float) -> bool:
        """Whether a cost on the axis is above the budget."""
        return cost > self.most * (1 + ROUNDING)

    def refusal(self, costs: Costs) -> str | None:
        """Why a program of these costs counts for nothing, as one sentence; None where it is within the budget."""
        cost = costs.on(self.axis)
        if cost is None:
            return f"What it costs in {self.axis} is not known, so it is not within the budget of {self.told}."
        if not self.excludes(cost):
            return None
        shown = f"{cost:.2f}" if self.axis in RATIOS else f"{cost:,.1f}"
        return f"It costs {shown}, above the budget of {self.told}."
