"""May an evaluated program enter the pool that later programs are built from?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Decision:
    """Admit or not, and one sentence that says why."""

    admitted: bool
    reason: str


def compute_rule(mean_delta: float, best_earlier: float | None) -> Decision:
    """Admit a program whose mean delta over the discovery tasks beats every earlier one's."""
    if best_earlier is None:
        return Decision(True, "The first program with a result on every task.")
    if mean_delta > best_earlier:
        return Decision(True, f"Mean delta {mean_delta:+.4f} beats the best so far, {best_earlier:+.4f}.")
    return Decision(False, f"Mean delta {mean_delta:+.4f} does not beat the best so far, {best_earlier:+.4f}.")
