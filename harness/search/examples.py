"""Queries that an author may read, where a program ranks another document before every right one.

They are no part of any task (see `harness.tasks.aside`). Their texts go to whoever writes programs.
"""

import json

import numpy as np

from archive import Archive
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.workbench import Workbench
from harness.proposers.table import cut

EVENT = "examples"
"""The kind of the events that keep them with their run."""
A_TASK = 2
"""Queries that are told of each task, those with the right document farthest down."""
QUERY_CHARS = 200
DOCUMENT_CHARS = 300


def tell_examples(source: str, bench: Workbench) -> str:
    """Where a program fails on the queries kept apart, in words; empty where it fails on none."""
    return "".join(text for task in bench.asides for text in _failures(source, task, bench))


def event_of(number: int, text: str) -> str:
    """What is kept of program `number`."""
    return json.dumps({"program": number, "text": text}, ensure_ascii=False)


def recorded_examples(archive: Archive, run_id: str) -> dict[int, str]:
    """What a run has kept, by the programs' numbers."""
    kept = [json.loads(event.message) for event in archive.events(run_id) if event.kind == EVENT]
    return {one["program"]: one["text"] for one in kept}


def _failures(source: str, task: PreparedTask, bench: Workbench) -> list[str]:
    scores = bench.auditor.scores(source, task, np.arange(task.inputs.n_queries))
    if scores is None:
        return []
    found = []
    queries, documents = list(task.task.queries), list(task.task.documents)
    for row, place in zip(scores, task.order.queries.tolist(), strict=True):
        query = queries[place]
        ranked = [documents[at] for at in task.order.documents[np.argsort(-row, kind="stable")].tolist()]
        if task.task.ignore_identical_ids:
            ranked = [name for name in ranked if name != query]
        grades = task.task.qrels[query]
        rank = next((rank for rank, name in enumerate(ranked, start=1) if grades.get(name, 0) > 0), 0)
        if rank > 1:
            found.append((rank, _told(task, query, ranked[0], ranked[rank - 1], rank)))
    return [text for _, text in sorted(found, reverse=True)[:A_TASK]]


def _told(task: PreparedTask, query: str, first: str, right: str, rank: int) -> str:
    texts = task.task.documents
    return (
        f"- {task.name}: {cut(task.task.queries[query], QUERY_CHARS)}\n"
        f"  ranked first: {cut(texts[first], DOCUMENT_CHARS)}\n"
        f"  right, at place {rank}: {cut(texts[right], DOCUMENT_CHARS)}\n"
    )
