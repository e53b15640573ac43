"""May an evaluated program enter the pool that later programs are built from?"""

from dataclasses import dataclass

from harness.evaluation.paired import PairedGain


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


def noise_rule(mean_delta: float, record: float, paired: PairedGain) -> Decision:
    """Admit a program whose gain over the record, the last one admitted, is more than one standard error.

    `record` is that program's mean delta. A program that was measured to be better and was not admitted sets no record,
    so that luck raises no bar.
    """
    head = f"Mean delta {mean_delta:+.4f}"
    if paired.gain <= 0:
        return Decision(False, f"{head} does not beat the record, {record:+.4f}.")
    gained = f"{head} beats the record, {record:+.4f}, by {paired.gain:.4f}"
    if paired.error is None:
        return Decision(False, f"{gained}, which {paired.sample} are too few to tell from noise.")
    error = f"one standard error of the difference, {paired.error:.4f} over {paired.sample}"
    if paired.gain > paired.error:
        return Decision(True, f"{gained}, more than {error}.")
    return Decision(False, f"{gained}, which is within {error}.")
