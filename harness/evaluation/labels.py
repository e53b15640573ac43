"""A check of the metric itself: labels that say nothing must earn nothing."""

from collections.abc import Sequence

import numpy as np

from harness.evaluation.measures import Judgments
from harness.evaluation.prepared import PreparedTask
from harness.evaluation.preparing import shown


def shuffled_label_value(task: PreparedTask, seed: int = 0) -> float:
    """Mean of cosine, by the searched measure, when the judged documents of every query are drawn anew at random.

    A sound metric gives about what a random ranking earns; anything near `task.baseline.value` means that scores do
    not depend on the labels.
    """
    rng = np.random.default_rng(seed)
    documents = list(task.task.documents)
    qrels = {
        query: dict(zip(_draw(rng, documents, len(judged)), judged.values(), strict=False))
        for query, judged in task.task.qrels.items()
    }
    order = task.order
    judgments = Judgments(qrels, shown(list(task.task.queries), order.queries), shown(documents, order.documents))
    if task.shortlist is not None:
        judgments = judgments.among(task.inputs.shortlist)
    blocks = [
        task.measures[0].per_query(block, judgments.rows(first, first + len(block)))
        for first, block in task.similarities()
    ]
    return float(np.concatenate(blocks).mean())


def _draw(rng: np.random.Generator, documents: Sequence[str], count: int) -> list[str]:
    chosen = rng.choice(len(documents), size=min(count, len(documents)), replace=False)
    return [documents[index] for index in chosen]
