"""A check of the metric itself: labels that say nothing must earn nothing."""

from collections.abc import Sequence

import numpy as np

from harness.evaluation.evaluate import PreparedTask
from harness.evaluation.metrics import Ndcg
from sandbox.inputs import map_inputs


def shuffled_label_ndcg(task: PreparedTask, seed: int = 0) -> float:
    """Mean nDCG@10 of cosine when the judged documents of every query are drawn anew at random.

    A sound metric gives about what a random ranking earns; anything near `task.baseline_ndcg` means that scores do
    not depend on the labels.
    """
    rng = np.random.default_rng(seed)
    documents = list(task.task.documents)
    qrels = {
        query: dict(zip(_draw(rng, documents, len(judged)), judged.values(), strict=False))
        for query, judged in task.task.qrels.items()
    }
    metric = Ndcg(qrels, *task.ids)
    whole = map_inputs(task.inputs.descriptor, task.inputs.layout)
    return float(metric.per_query(whole.sim).mean())


def _draw(rng: np.random.Generator, documents: Sequence[str], count: int) -> list[str]:
    chosen = rng.choice(len(documents), size=min(count, len(documents)), replace=False)
    return [documents[index] for index in chosen]
