"""What came of a program, in words for its author."""

from collections.abc import Sequence

from harness.programs.view import LedgerRow
from harness.proposers.table import index_text
from harness.proposers.taught import came


def report(row: LedgerRow, parent: LedgerRow | None = None, seen: Sequence[str] = ()) -> str:
    """A program against the cosine and against its parent, its flags, and `seen`, what else its run showed.

    `parent` is the row that `row.gain` compares with. A row without figures tells none.
    """
    lines = [f"{row.id} {row.name}: {row.status}. {row.reason}"]
    if row.mean_delta is not None and row.cost_ratio is not None:
        lines += _figures(row, parent)
    elif row.cost_ratio is not None:
        lines.append(f"cost {row.cost_ratio:.2f}")
    if row.flags:
        lines.append(f"flags: {', '.join(row.flags)}")
    if row.untested:
        lines.append(f"not tested: {', '.join(row.untested)}")
    if row.expected and row.deltas:
        lines += [f"expected: {row.expected}", f"came: {came(row)}"]
    return "\n".join([*lines, *(f"note: {note}" for note in row.notes), *seen])


def _figures(row: LedgerRow, parent: LedgerRow | None) -> list[str]:
    share = "" if row.index_share is None else f" ({index_text(row)} of the texts asked for by the index)"
    quality = f"delta {row.mean_delta:+.4f} against the cosine, cost {row.cost_ratio:.2f}{share}"
    lines = [f"{quality}, w/t/l {row.wins}/{row.ties}/{row.losses}"]
    if row.gain is not None:
        gain = row.gain
        between = "" if gain.low is None else f", 95 % interval {gain.low:+.4f} to {gain.high:+.4f}"
        lines.append(f"gain over {gain.parent} {gain.value:+.4f}{between} (over {gain.sample})")
    before = parent.deltas if parent is not None else {}
    for task, delta in row.deltas.items():
        error = f" ± {row.errors[task]:.4f}" if task in row.errors else ""
        against = f"; against the parent {delta - before[task]:+.4f}" if task in before else ""
        lines.append(f"  {task} {delta:+.4f}{error}{against}")
    return lines
