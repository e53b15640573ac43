"""What the last result says about the genes it changed, as a sentence."""

from collections.abc import Sequence

from harness.programs.view import LedgerRow


def lesson(ledger: Sequence[LedgerRow]) -> str:
    """Compare the latest program with its best-rated parent; empty for an empty ledger."""
    if not ledger:
        return ""
    last = ledger[-1]
    if last.mean_delta is None and last.status != "rejected":  # of a search that tells one bit
        return f"{last.name}: {last.reason}"
    if last.mean_delta is None:
        return f"{last.name} gave no result: {last.reason.rstrip('.')}."
    cost = "" if last.cost_ratio is None else f" at cost {last.cost_ratio:.2f}"
    record = f"{last.wins} won, {last.ties} tied, {last.losses} lost"
    parents = [row for row in ledger if row.id in last.parents and row.mean_delta is not None]
    if not parents:
        return f"{last.name} reached {last.mean_delta:+.4f}{cost} ({record})."
    parent = max(parents, key=lambda row: row.mean_delta or 0.0)
    gain = last.mean_delta - (parent.mean_delta or 0.0)
    change = f"gained {gain:.4f} on" if gain > 0 else f"lost {-gain:.4f} against" if gain < 0 else "is level with"
    return f"{last.name} {change} {parent.name}, reaching {last.mean_delta:+.4f}{cost} ({record})."
