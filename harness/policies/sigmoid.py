"""Parents by quality scaled with the median absolute deviation, less likely the more children they have.

Source: ShinkaEvolve (Lange et al., arXiv:2509.19349, 2025).
"""

import math
import random
from collections.abc import Sequence
from statistics import median

from harness.policies.candidate import Candidate, draw

STEEPNESS = 10.0
SMALLEST_DEVIATION = 1e-6


def select(candidates: Sequence[Candidate], rng: random.Random, count: int) -> list[str]:
    """Draw with the weights of `weights`."""
    return draw(candidates, weights(candidates), rng, count)


def weights(candidates: Sequence[Candidate]) -> list[float]:
    """sigmoid(10 (delta - median) / max(MAD, 1e-6)) / (1 + children), one for each candidate, not normalised."""
    if not candidates:
        return []
    centre = median(candidate.mean_delta for candidate in candidates)
    deviation = median(abs(candidate.mean_delta - centre) for candidate in candidates)
    scale = STEEPNESS / max(deviation, SMALLEST_DEVIATION)
    return [_sigmoid(scale * (c.mean_delta - centre)) / (1 + c.n_children) for c in candidates]


def _sigmoid(x: float) -> float:
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))
