"""Split a task's queries into parts for training, validation and test; the documents are all in each part."""

import random
from dataclasses import dataclass

from harness.tasks.task import RetrievalTask, make_task

SHARES = (0.6, 0.2)
"""For training and validation; the rest is for the test."""


@dataclass(frozen=True)
class SplitTask:
    """One task in three, by query."""

    train: RetrievalTask
    validation: RetrievalTask
    test: RetrievalTask


def split_by_query(task: RetrievalTask, seed: int) -> SplitTask | None:
    """Split a task with `seed`; None for fewer than five queries."""
    queries = sorted(task.queries)
    if len(queries) < 5:
        return None
    random.Random(f"{task.name}:{seed}:heads").shuffle(queries)
    first = round(SHARES[0] * len(queries))
    second = first + max(1, round(SHARES[1] * len(queries)))
    parts = (queries[:first], queries[first:second], queries[second:])
    return SplitTask(*(_part(task, set(part)) for part in parts))


def _part(task: RetrievalTask, kept: set[str]) -> RetrievalTask:
    return make_task(
        name=task.name,
        source=task.source,
        queries={query: text for query, text in task.queries.items() if query in kept},
        documents=task.documents,
        qrels=task.qrels,
        description=task.description,
        domain=task.domain,
        held_out=task.held_out,
        ignore_identical_ids=task.ignore_identical_ids,
    )
