"""Transfer search: tasks that the proposer never hears of decide what is admitted.

The rule: the median over the hidden tasks must improve, no task may lose more than the floor, and their mean gain must
be no accident of the queries drawn. A search tests many programs on the same queries, so the chance of an accident is
spent over the whole search and not granted to each program anew.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.errors import UsageError
from harness.evaluation.admission import Decision
from harness.text import counted

FLOOR = -0.05
"""Least delta against the cosine on any hidden task."""
ERROR = 0.05
"""Chance that a whole search, however long, admits a program that is no better than the one to beat."""
HALF = 20
"""Half of `ERROR` is for so many tests, the other half for all after them."""
BEYOND = 1.25
"""The loss that a sample may have missed, over the greatest difference seen: chosen so that a search keeps its `ERROR`
in every case of scripts/truth/admission.py; with 1.0 one of them has 6 %."""

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
    p: float
    """Chance of such a mean gain over the tasks, or a greater one, from the queries drawn: one less the confidence."""
    needed: float
    """What `p` must stay below to be admitted."""
    number: int
    """Which test on these queries it is, from 1."""
    objection: str
    """What speaks against it, for people only; nothing where it is admitted."""

    @property
    def decision(self) -> Decision:
        """For all to see: its reason says neither a number nor which part of the rule failed.

        Every further word would be a fact about the hidden queries, and a proposer that writes hundreds of programs
        would fit them.
        """
        if self.objection:
            return Decision(False, "The hidden tasks do not bear it out.")
        return Decision(True, "It improves the hidden tasks, none of them by much to the worse.")

    @property
    def sentence(self) -> str:
        """The numbers, for people only."""
        return (
            f"hidden tasks: median delta {self.median_delta:+.4f}, worst {self.worst_delta:+.4f}, median gain "
            f"{self.median_gain:+.4f}, mean gain with p = {self.p:.2g}; below {self.needed:.2g} is needed in test "
            f"{self.number} of a search{'; ' if self.objection else ''}{self.objection}"
        )


def hidden_tasks(
    names: Collection[str], seed: int | str, share: float, setting: str = "search.validation_share"
) -> frozenset[str]:
    """The tasks to hide: `share` of them rounded, at least one, drawn by `seed`.

    Raises UsageError, which names the setting that the share is of, where fewer than one task would be left to search
    on.
    """
    count = max(1, round(share * len(names)))
    if count >= len(names):
        raise UsageError(
            f"{setting} hides {count} of {counted(len(names), 'task')}, so none is left to search on; "
            f"choose more tasks or a smaller {setting}."
        )
    return frozenset(random.Random(f"{seed}:hidden").sample(sorted(names), count))


def transfer_rule(candidate: PerQuery, cosine: PerQuery, to_beat: PerQuery | None, *, number: int) -> Validation:
    """Admit or not, by the hidden tasks; `to_beat` is the last admitted program, by default the cosine.

    `number` says which test of the search this is, from 1.
    """
    to_beat = cosine if to_beat is None else to_beat
    deltas = [float(_difference(candidate[task], cosine[task]).mean()) for task in cosine]
    differences = [_difference(candidate[task], to_beat[task]) for task in cosine]
    median, worst = float(np.median(deltas)), min(deltas)
    gain = float(np.median([difference.mean() for difference in differences]))
    p, needed = float(chance(differences)), error_share(number)
    return Validation(median, worst, gain, p, needed, number, _objection(worst, gain, p < needed))


def error_share(number: int) -> float:
    """The share of `ERROR` that test n of a search may spend: ERROR H / ((n + H - 1) (n + H)) with H = `HALF`.

    The first n shares add up to ERROR n / (n + H). A greater H costs power early and leaves more to late programs.

    Alpha spending (Foster and Stine, J. R. Stat. Soc. B 70, 2008) by a series without an end, so a search may go on as
    long as it likes. Until its first false admission a proposer hears nothing of the hidden queries but "not admitted",
    so the shares may be added up although programs are written in the light of earlier answers (the argument of the
    Ladder; Blum and Hardt, ICML 2015).
    """
    return ERROR * HALF / ((number + HALF - 1) * (number + HALF))


def chance(differences: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """One-sided p, float64 (...), that the mean over tasks of the mean difference is not above zero.

    `differences` are one array (..., Q) a task. The mean over its standard error, by Student's t with the degrees of
    freedom of the smallest task: a share of bootstrap samples could not tell 1e-3 from 1e-5, a tail can. Programs often
    gain a little on many queries and lose much on a few, which a sample may miss; so there is, as it were, one query
    more, lost by `BEYOND` times as much as any query moved, and a t that such a lean makes too great is corrected by
    Hall's transformation (J. R. Stat. Soc. B 54, 1992). The measured chance of a false admission is in docs/method.md.
    """
    from scipy.special import stdtr

    n_tasks, sizes = len(differences), np.array([each.shape[-1] for each in differences])
    means = np.stack([each.mean(axis=-1) for each in differences], axis=-1)
    around = [each - each.mean(axis=-1, keepdims=True) for each in differences]
    # Sums of squares and of cubes about the means, as the variance and third cumulant of the mean over tasks.
    squares = np.stack([(each**2).sum(axis=-1) for each in around], axis=-1)
    cubes = np.stack([(each**3).sum(axis=-1) for each in around], axis=-1)
    variance = (squares / np.maximum(sizes - 1, 1) / sizes).sum(axis=-1) / n_tasks**2
    third = (cubes / sizes**3).sum(axis=-1) / n_tasks**3
    lost = BEYOND * np.max([np.abs(each).max(axis=-1) for each in differences], axis=0) / sizes.sum()
    error = np.sqrt(variance + lost**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.nan_to_num((means.mean(axis=-1) - lost) / error)  # 0 / 0: nothing moved
        lean = np.nan_to_num(np.minimum((third - lost**3) / error**3, 0.0))
    score = score + lean * score**2 / 3 + lean**2 * score**3 / 27 + lean / 6
    p: NDArray[np.float64] = stdtr(max(int(sizes.min()) - 1, 1), -score)
    return p


def _objection(worst: float, gain: float, certain: bool) -> str:
    """What speaks against admission; nothing where nothing does."""
    if gain <= 0:
        return "it does not improve their median"
    if worst < FLOOR:
        return "it loses too much on at least one"
    return "" if certain else "its mean gain may be an accident of their queries"


def _difference(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    return a.astype(np.float64) - b
