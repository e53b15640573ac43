"""Short tables of a briefing: parents side by side, frontiers by kind, what was tried how often."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from archive import non_dominated
from harness.programs.view import LedgerRow, ProgramView, TaskRoom
from harness.text import counted

TRANSDUCTIVE = "transductive"
SHOWN = 6
"""Programs of a frontier that are named, best last."""


def side_by_side(parents: Sequence[ProgramView], rows: Sequence[LedgerRow], rooms: Sequence[TaskRoom]) -> str:
    """Each task with the cosine, the room and the parents' deltas; empty where no figure is told."""
    known = {row.id: row for row in rows}
    shown = [known[view.id] for view in parents if view.id in known and known[view.id].deltas]
    if not rooms:
        return ""
    head = " | ".join(["task", "cosine", "best of any program on each query", *(row.id for row in shown)])
    lines = [
        " | ".join([room.task, f"{room.cosine:.4f}", f"{room.oracle:.4f}", *(_cell(row, room.task) for row in shown)])
        for room in rooms
    ]
    return f"Deltas of the parents with their standard errors, and the room that is left:\n\n{head}\n" + (
        "\n".join(lines) + "\n\n"
    )


def fronts_by_kind(rows: Sequence[LedgerRow]) -> str:
    """The frontier of cost and worth, and those of inductive programs, of the worst task and of the least cost."""
    good = [row for row in rows if row.status != "rejected" and row.worth is not None and row.cost_ratio is not None]
    if not good:
        return ""
    best = np.array([row.worth or 0.0 for row in good])
    worst = np.array([min(row.deltas.values(), default=0.0) for row in good])
    costs = np.array([row.cost_ratio or 0.0 for row in good])
    inductive = [place for place, row in enumerate(good) if TRANSDUCTIVE not in row.flags]
    kinds = {
        "all": [good[place] for place in non_dominated(costs, best)],
        "inductive, as far as was tested": [
            good[inductive[place]] for place in non_dominated(costs[inductive], best[inductive])
        ],
        "safe (by the worst task's delta)": [good[place] for place in non_dominated(costs, worst)],
        "cheapest": [good[int(np.lexsort((-best, costs))[0])]],
    }
    lines = []
    for kind, front in kinds.items():
        same = kind != "all" and front == kinds["all"]
        lines.append(f"- {kind}: {'the same' if same else ', '.join(map(_named, front[-SHOWN:]))}")
    return "# Frontiers by kind\n\nCheapest first.\n\n" + "\n".join(lines) + "\n\n"


def operations_tried(rows: Sequence[LedgerRow]) -> str:
    """Which classical operations programs call, how often, and what came of adding each to a parent."""
    known = {row.id: row for row in rows}
    having: dict[str, list[LedgerRow]] = defaultdict(list)
    for row in rows:
        for operation in dict.fromkeys(row.operations):
            having[operation].append(row)
    if not having:
        return ""
    figures = any(row.deltas for row in rows)
    lines = []
    for operation, programs in sorted(having.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        admitted = sum(row.status == "admitted" for row in programs)
        told = f"{operation} | {len(programs)} | {admitted}"
        lines.append(f"{told} | {_effect(operation, programs, known)}" if figures else told)
    head = "operation | programs | admitted" + (
        " | mean delta of these | mean gain over the parent where it was added" if figures else ""
    )
    return "# Operations tried\n\nBy the primitives that programs call.\n\n" + "\n".join([head, *lines]) + "\n\n"


def _effect(operation: str, programs: Sequence[LedgerRow], known: dict[str, LedgerRow]) -> str:
    deltas = [row.mean_delta for row in programs if row.mean_delta is not None]
    gains = [
        row.gain.value
        for row in programs
        if row.gain and row.gain.parent in known and operation not in known[row.gain.parent].operations
    ]
    mean = f"{np.mean(deltas):+.4f}" if deltas else "-"
    return f"{mean} | {np.mean(gains):+.4f} ({counted(len(gains), 'time')})" if gains else f"{mean} | -"


def _cell(row: LedgerRow, task: str) -> str:
    error = f" ± {row.errors[task]:.4f}" if task in row.errors else ""
    return f"{row.deltas[task]:+.4f}{error}" if task in row.deltas else "-"


def _named(row: LedgerRow) -> str:
    worst = f", worst {min(row.deltas.values()):+.4f}" if row.deltas else ""
    return f"{row.id} ({row.worth or 0.0:+.4f}{worst}, cost {row.cost_ratio:.2f})"
