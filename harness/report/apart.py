"""What sets runs apart, in sentences: which cannot be read beside each other, and what their difference comes to."""

from collections.abc import Sequence

from archive import Program, RunRecord, TaskRecord
from harness.report.configurations import Configuration
from harness.report.curves import Curve, Entry
from harness.screen.frontier import run_cells
from harness.text import counted
from harness.transfer.intervals import mean_interval, query_interval
from harness.transfer.significance import paired
from harness.transfer.statistics import CellDelta, summarise
from harness.transfer.verdict import bounds_text


def cautions(records: Sequence[RunRecord], groups: Sequence[Configuration]) -> list[str]:
    """What makes the runs ones that cannot be read beside each other, a sentence each."""
    kinds = {
        "measures": {record.measure for record in records},
        "aims": {record.maximise for record in records},
        "encoders": {str(record.encoder["fingerprint"]) for record in records},
        "searched tasks": {repr(sorted((t.fingerprint, tuple(t.unseen)) for t in _searched(r))) for r in records},
    }
    different = [name for name, values in kinds.items() if len(values) > 1]
    found = []
    if different:
        found.append(
            f"These runs have different {' and '.join(different)}: their deltas cannot be set beside each other."
        )
    if all(len(group.runs) == 1 for group in groups):
        found.append("Each configuration has one run here, so nothing says how much another seed would change.")
    return found


def _searched(record: RunRecord) -> list[TaskRecord]:
    return [task for task in record.tasks if task.split == "search"]


def statements(
    entries: Sequence[Entry], curves: Sequence[Curve], groups: Sequence[Configuration], equal: int
) -> list[str]:
    """The first configuration against each other one after as many programs as every run has, a sentence each."""
    first, *others = groups
    said = [_against(first, other, entries, curves, equal) for other in others if equal]
    return [sentence for sentence in said if sentence]


def _against(
    first: Configuration, other: Configuration, entries: Sequence[Entry], curves: Sequence[Curve], equal: int
) -> str:
    ours, theirs = (
        [value for at in group.runs if (value := curves[at].best[equal - 1]) is not None] for group in (first, other)
    )
    if not ours or not theirs:
        return ""
    if len(first.runs) == len(other.runs) == 1:
        best = [_best(entries[at], curves[at], equal) for at in (*first.runs, *other.runs)]
        return _paired(equal, (first, other), best)
    apart = min(ours) > max(theirs) or max(ours) < min(theirs)
    said = "no run of one reaches any of the other" if apart else "their ranges overlap"
    return f"After {counted(equal, 'program')}: {_range(first, ours)}; {_range(other, theirs)}; {said}."


def _range(group: Configuration, values: Sequence[float]) -> str:
    mean = sum(values) / len(values)
    if len(values) == 1:
        return f"{group.name} has {mean:+.4f} (one run)"
    return f"{group.name} has {mean:+.4f}, {min(values):+.4f} to {max(values):+.4f} over {counted(len(values), 'seed')}"


def _best(entry: Entry, curve: Curve, equal: int) -> tuple[Program, RunRecord]:
    return entry.programs[curve.best_place[equal - 1] or 0], entry.run.record


def _paired(equal: int, groups: Sequence[Configuration], best: Sequence[tuple[Program, RunRecord]]) -> str:
    """Two single runs by their best programs, query by query on the tasks that both have; empty without any."""
    gains = paired(*_common(best))
    if not gains:
        return ""
    summary, over, tried = summarise(gains), "tasks", counted(equal, "program")
    interval = mean_interval(gains)
    if interval is None:
        interval, over = query_interval(gains), "their queries"
    names = [f"program {program.number} of {group.name}" for group, (program, _) in zip(groups, best, strict=True)]
    if interval is None:
        end = "there are too few tasks and queries for an interval"
    elif interval.low > 0 or interval.high < 0:
        end = f"the interval, over {over}, is on one side of zero, but each is the best of {tried} on these tasks"
    else:
        end = f"the interval, over {over}, includes zero, so nothing tells them apart"
    less = f"{summary.mean:+.4f}{bounds_text(interval)} on {counted(summary.n, 'task')}"
    return f"After {tried}, {names[0]} less {names[1]}: {less}; {end}."


def _common(best: Sequence[tuple[Program, RunRecord]]) -> list[list[CellDelta]]:
    """The cells of both programs on tasks that are the same to the last text, with the same encoder."""
    if len({str(record.encoder["fingerprint"]) for _, record in best}) > 1:
        return [[], []]
    known = [{(t.name, t.fingerprint, tuple(t.unseen)) for t in _searched(record)} for _, record in best]
    names = {name for name, *_ in set.intersection(*known)}
    return [[cell for cell in run_cells(program, record) if cell.task in names] for program, record in best]
