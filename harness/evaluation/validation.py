"""Transfer search: tasks that the proposer never hears of decide what is admitted.

The rule: the median over the hidden tasks must improve, no task may lose more than the floor, and a paired bootstrap
over queries must say that the improvement is no accident of the queries drawn.
"""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.errors import UsageError
from harness.evaluation.admission import Decision

FLOOR = -0.05
"""Least delta against the cosine on any hidden task."""
CONFIDENCE = 0.95
"""Least share of bootstrap samples in which the median improves."""
RESAMPLES = 2000

PerQuery = Mapping[str, NDArray[np.floating]]
"""Task name to nDCG@10 per query, float (Q,)."""


@dataclass(frozen=True)
class Validation:
    """How a program did on the hidden tasks, against the cosine and against the one to beat."""

    median_delta: float
    """Median over tasks of the mean delta against the cosine."""
    worst_delta: float
    median_gain: float
    """Median over tasks of the mean gain over the program to beat."""
    confidence: float
    """Share of bootstrap samples with a positive median gain."""
    decision: Decision
    """Its reason holds no number, as it may stand in a briefing."""

    @property
    def sentence(self) -> str:
        """The numbers, for people only."""
        return (
            f"hidden tasks: median delta {self.median_delta:+.4f}, worst {self.worst_delta:+.4f}, median gain "
            f"{self.median_gain:+.4f} with bootstrap confidence {self.confidence:.3f}"
        )


def hidden_tasks(names: Collection[str], seed: int, share: float) -> frozenset[str]:
    """The tasks to hide: `share` of them rounded, at least one, drawn by `seed`.

    Raises UsageError where that would leave fewer than one task to search on.
    """
    count = max(1, round(share * len(names)))
    if count >= len(names):
        raise UsageError(
            f"A transfer search hides {count} of {len(names)} tasks, so none is left to search on; "
            "choose more tasks or a smaller search.validation_share."
        )
    return frozenset(random.Random(f"{seed}:hidden").sample(sorted(names), count))


def transfer_rule(candidate: PerQuery, cosine: PerQuery, to_beat: PerQuery | None, *, seed: int) -> Validation:
    """Admit or not, by the hidden tasks; `to_beat` is the last admitted program, by default the cosine.

    The same arguments give the same decision.
    """
    to_beat = cosine if to_beat is None else to_beat
    deltas = [_mean_difference(candidate[task], cosine[task]) for task in cosine]
    gains = [_mean_difference(candidate[task], to_beat[task]) for task in cosine]
    confidence = _confidence(candidate, to_beat, list(cosine), seed)
    median, worst, gain = float(np.median(deltas)), min(deltas), float(np.median(gains))
    return Validation(median, worst, gain, confidence, _decide(worst, gain, confidence))


def _decide(worst: float, gain: float, confidence: float) -> Decision:
    if gain <= 0:
        return Decision(False, "It does not improve the median of the hidden tasks.")
    if worst < FLOOR:
        return Decision(False, "It loses too much on at least one hidden task.")
    if confidence < CONFIDENCE:
        return Decision(False, "Its improvement on the hidden tasks may be an accident of their queries.")
    return Decision(True, "It improves the hidden tasks, none of them by much to the worse.")


def _mean_difference(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    return float((a.astype(np.float64) - b).mean())


def _confidence(candidate: PerQuery, to_beat: PerQuery, tasks: list[str], seed: int) -> float:
    """Share of resamples, queries drawn with replacement within each task, whose median gain is above zero.

    Paired bootstrap (Efron and Tibshirani, 1993; for retrieval Smucker, Allan and Carterette, CIKM 2007).
    """
    rng = np.random.default_rng(seed)
    means = np.empty((len(tasks), RESAMPLES))
    for place, task in enumerate(tasks):
        difference = candidate[task].astype(np.float64) - to_beat[task]
        n = len(difference)
        means[place] = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES) @ difference / n
    return float((np.median(means, axis=0) > 0).mean())
