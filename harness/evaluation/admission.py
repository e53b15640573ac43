"""May an evaluated program enter the pool that later programs are built from?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Decision:
    """Admit or not, and one sentence that says why."""

    admitted: bool
    reason: str


def compute_rule(worth: float, best_earlier: float | None, label: str = "mean delta") -> Decision:
    """Admit a program whose worth, what the search maximises, beats every earlier one's; `label` says what it is."""
    head = f"{label[0].upper()}{label[1:]} {worth:+.4f}"
    if best_earlier is None:
        return Decision(True, "The first program with a result on every task.")
    if worth > best_earlier:
        return Decision(True, f"{head} beats the best so far, {best_earlier:+.4f}.")
    return Decision(False, f"{head} does not beat the best so far, {best_earlier:+.4f}.")
