"""A confidence interval of a sum of means, and how its bounds are made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A 95 % confidence interval."""

    low: float
    high: float
    method: str
    """What might have been drawn otherwise, and how the interval was made."""


def bounds(parts: Sequence[Floats]) -> tuple[Floats, Floats]:
    """95 % bounds, float64 (...) each, of the sum of the means of independent samples, (..., n) each with n from 2 on.

    Student's t with Welch's degrees of freedom (Biometrika 34, 1947), and on either side as far as the interval by
    Hall's correction for skewness (J. R. Stat. Soc. B 54, 1992) reaches, where that is farther. The bootstrap holds the
    truth less often from few tasks or queries; docs/method.md has both.
    """
    from scipy.special import stdtrit

    sizes = np.array([part.shape[-1] for part in parts])
    means = np.stack([part.mean(axis=-1) for part in parts], axis=-1)
    around = [part - part.mean(axis=-1, keepdims=True) for part in parts]
    squares = np.stack([(part**2).sum(axis=-1) for part in around], axis=-1)
    cubes = np.stack([(part**3).sum(axis=-1) for part in around], axis=-1)
    mean, variances = means.sum(axis=-1), squares / (sizes - 1) / sizes
    error = np.sqrt(variances.sum(axis=-1))
    third = (cubes / np.maximum((sizes - 1) * (sizes - 2), 1) / sizes).sum(axis=-1)
    moves = error > 1e-12
    safe = np.where(moves, error, 1.0)
    freedom = np.where(moves, safe**4 / np.where(moves, (variances**2 / (sizes - 1)).sum(axis=-1), 1.0), 1.0)
    far, lean = stdtrit(freedom, (1 + LEVEL) / 2), third / safe**3
    below, above = (np.maximum(far, side * _uncorrected(side * far, lean)) for side in (1, -1))
    return mean - np.where(moves, below * error, 0.0), mean + np.where(moves, above * error, 0.0)


def interval_of_sum(parts: Sequence[Floats], method: str) -> Interval:
    """Of the sum of the means of independent samples, float64 (n,) each with n from 2 on."""
    low, high = bounds(parts)
    return Interval(float(low), float(high), method)


def _uncorrected(score: Floats, lean: Floats) -> Floats:
    """The t whose value after Hall's transformation is `score`; `lean` is the third cumulant of t's numerator."""
    lean = np.where(np.abs(lean) < 1e-9, 1e-9, lean)
    found: Floats = 3 / lean * (np.cbrt(1 + lean * (score - lean / 6)) - 1)
    return found
