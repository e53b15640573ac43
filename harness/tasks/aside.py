"""Queries kept apart from a task, for people to read: what is read cannot count."""

import random
from dataclasses import replace

from harness.tasks.task import RetrievalTask, fingerprint_of


def set_aside(task: RetrievalTask, share: float, seed: int) -> RetrievalTask:
    """The task without `share` of its queries, rounded up, drawn by its name and `seed`; those are its `aside`.

    Both have fingerprints of their own. At least one query stays; a task with a single query is left as it is.
    """
    names = sorted(task.queries)
    count = min(max(1, round(share * len(names))), len(names) - 1)
    if not count:
        return task
    apart = set(random.Random(f"{task.name}:{seed}:aside").sample(names, count))
    aside = _part(task, apart)
    return replace(_part(task, set(names) - apart), aside=aside)


def _part(task: RetrievalTask, kept: set[str]) -> RetrievalTask:
    queries = {name: text for name, text in task.queries.items() if name in kept}
    qrels = {name: grades for name, grades in task.qrels.items() if name in kept}
    fingerprint = fingerprint_of(task.name, queries, task.documents, qrels, task.ignore_identical_ids)
    part = replace(task, queries=queries, qrels=qrels, fingerprint=fingerprint)
    return part.with_candidates(task.candidates)
