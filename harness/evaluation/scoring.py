"""Reads a program's scores batch by batch: what is kept of them is small, however large they are together."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archive import Measured
from harness.evaluation.difference import ScoreHash, Scores
from harness.evaluation.measures import measure_together

if TYPE_CHECKING:
    from harness.evaluation.prepared import PreparedTask

NOBODY: NDArray[np.int64] = np.empty(0, np.int64)


class Scoring:
    """Hashes and measures the scores of one run against the labels, known on this side alone."""

    def __init__(self, task: "PreparedTask", sampled: NDArray[np.int64] = NOBODY) -> None:
        """`sampled` are places of queries whose scores are kept."""
        self._task = task
        self._sampled = sampled
        self._hash = ScoreHash()
        self._values = {measure.name: np.zeros(len(task.order.queries)) for measure in task.measures}
        self._kept: list[Scores] = []

    def take(self, first: int, scores: Scores) -> None:
        """Read the scores of the queries from place `first` on, float32 (b, width), in the order shown."""
        end = first + len(scores)
        self._hash.take(first, scores)
        ranked = scores if self._task.shortlist is None else self._task.shortlist.ranked(scores)
        judgments = self._task.judgments.rows(first, end)
        for name, values in measure_together(ranked, judgments, self._task.measures).items():
            self._values[name][first:end] = values
        within = self._sampled[(self._sampled >= first) & (self._sampled < end)]
        if len(within):
            self._kept.append(self._task.spread(scores[within - first], within))

    @property
    def hash(self) -> str:
        """The hash that an outcome records of all scores."""
        return self._hash.hash

    @property
    def sample(self) -> Scores:
        """The scores kept, float32 (n, N): documents that a query does not rank score as its last."""
        return np.concatenate(self._kept)

    def measured(self) -> dict[str, Measured]:
        """Every measure by name, of all queries in the task's own order; the value is the mean of those not unseen.

        The mean is taken before values per query are rounded to float32.
        """
        found = {}
        for name, shown in self._values.items():
            per_query = self._task.order.restore(shown)
            value = float(per_query[~self._task.unseen].mean())
            found[name] = Measured(value, per_query.astype(np.float32))
        return found
