"""What a run of a program shows beside its figures: what it printed, its memory, the queries it moved most."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from archive import OutcomeRecord
from harness.evaluation.difference import TOP, top_overlap
from harness.evaluation.evaluate import TIE
from harness.evaluation.part import similarity_of
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.workbench import Workbench
from harness.text import counted, plain

PRINTED_CHARS = 2000
"""Of all that a program prints, so much is repeated."""
MOVED = 3
"""Queries that are told of which lost most, and of which won most."""
MIB = 1 << 20
WORDS = re.compile(r"\w+")


def tell_run(outcomes: Sequence[OutcomeRecord], bench: Workbench) -> list[str]:
    """What a program printed, and its peak of memory beside the limit; nothing of hidden tasks."""
    tasks = {task.name: task for task in bench.evaluator.tasks}
    searched = [outcome for outcome in outcomes if outcome.task in tasks]
    lines = []
    if measured := [outcome for outcome in searched if outcome.peak_rss]:
        most = max(measured, key=lambda one: one.peak_rss / tasks[one.task].limits.memory_bytes)
        limit = tasks[most.task].limits.memory_bytes
        peak = f"{most.peak_rss / MIB:.0f} MiB resident, where {limit / MIB:.0f} MiB of addresses are allowed"
        lines.append(f"memory: at most {peak}, on {most.task}")
    left = PRINTED_CHARS
    for outcome in searched:
        text = plain(outcome.stdout.strip(), left) if left > 0 else ""
        left -= len(text)
        lines += [f"printed on {outcome.task}: {text}"] if text else []
    return lines


@dataclass(frozen=True)
class Moved:
    """A query whose measure a program changed."""

    gained: float
    task: PreparedTask
    place: int
    """Of the query, in the order shown."""


def tell_moved(source: str, outcomes: Sequence[OutcomeRecord], bench: Workbench) -> list[str]:
    """The queries that lost most and won most against the cosine, by features that need no label.

    The program is asked these queries again, since nobody kept its scores.
    """
    moved = _moved(outcomes, bench)
    lost, won = [one for one in moved if one.gained < -TIE], [one for one in moved if one.gained > TIE]
    chosen = lost[:MOVED] + won[-MOVED:]
    lines = []
    for task in dict.fromkeys(one.task.name for one in chosen):
        these = [one for one in chosen if one.task.name == task]
        rows = np.array([one.place for one in these])
        scores = bench.auditor.scores(source, these[0].task, rows)
        cosine = similarity_of(these[0].task.inputs, rows)
        for at, one in enumerate(these):
            shared = None if scores is None else top_overlap(cosine[at : at + 1], scores[at : at + 1])
            lines.append((one.gained, _line(one, int(cosine[at].argmax()), shared)))
    return [line for _, line in sorted(lines)]


def _moved(outcomes: Sequence[OutcomeRecord], bench: Workbench) -> list[Moved]:
    """Every searched query of the tasks that are not hidden, by its gain, the worst first."""
    by_task = {outcome.task: outcome for outcome in outcomes}
    found = []
    for task in bench.evaluator.tasks:
        measured = by_task[task.name].by_measure if task.name in by_task else {}
        if not measured:
            continue
        gained = measured[task.measures[0].name].per_query.astype(np.float64) - task.baseline.per_query
        places = np.argsort(task.order.queries)
        found += [Moved(float(gained[at]), task, int(places[at])) for at in np.flatnonzero(~task.unseen).tolist()]
    return sorted(found, key=lambda one: one.gained)


def _line(one: Moved, first: int, shared: float | None) -> str:
    task = one.task.task
    query = list(task.queries.values())[one.task.order.queries[one.place]]
    document = list(task.documents.values())[one.task.order.documents[first]]
    words = WORDS.findall(query.lower())
    there = set(WORDS.findall(document.lower()))
    overlap = sum(word in there for word in words) / max(1, len(words))
    agreed = "" if shared is None else f", {shared:.0%} of the cosine's first {TOP} among the program's"
    word = "lost" if one.gained < 0 else "won"
    return (
        f"{word} {one.gained:+.3f} on a query of {one.task.name}: {counted(len(words), 'word')}, {overlap:.0%} of them "
        f"in the cosine's first document{agreed}"
    )
